using System.Globalization;

namespace Wsmq.Server.Queues;

/// <summary>How far a <see cref="JobSweep"/> has come; as a text, a client passes it back.</summary>
/// <param name="Bound">What came after it stays: a position, or a time in µs since 1970.</param>
/// <param name="State">The index of the state that is being read.</param>
/// <param name="Skip">How many jobs of the state stay.</param>
/// <param name="Changed">Whether this pass has changed any job.</param>
internal readonly record struct SweepCursor(long Bound, int State = 0, long Skip = 0, bool Changed = false)
{
    private const char Separator = '.';

    /// <exception cref="WsmqException"><c>invalid-message</c>: the text was not returned by a step of such a sweep.</exception>
    public static SweepCursor Parse(string text, int states)
    {
        var parts = text.Split(Separator);
        return parts.Length == 4 && TryNumber(parts[0], out var bound) && TryNumber(parts[1], out var state) && state < states
            && TryNumber(parts[2], out var skip) && TryNumber(parts[3], out var changed) && changed <= 1
            ? new SweepCursor(bound, (int)state, skip, changed == 1)
            : throw new WsmqException(WsmqErrors.InvalidMessage, $"{Wire.Next} is not what the last step has returned");
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Bound}{Separator}{State}{Separator}{Skip}{Separator}{(Changed ? 1 : 0)}");

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= WsmqPosition.MaxValue;
}
