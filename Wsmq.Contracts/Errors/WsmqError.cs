using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Wsmq;

/// <summary>
/// One kind of error. Numbers and codes are never reused. Over the wire an error is the text
/// <c>[wsmq &lt;number&gt; &lt;code&gt; &lt;retry|final&gt;] &lt;text&gt;</c> inside the hub error, which <see cref="Find"/> reads back.
/// </summary>
/// <param name="Number">The number, unique and stable.</param>
/// <param name="Code">The name, unique and stable, for switching on.</param>
/// <param name="Text">What is wrong and what to do.</param>
/// <param name="CanRetry">Whether the same call can succeed later without a change.</param>
public sealed record WsmqError(int Number, string Code, string Text, bool CanRetry)
{
    private const string Marker = "[wsmq ";

    /// <summary>The error that a hub error's message carries, or null if it carries none.</summary>
    /// <param name="message">A message such as that of a <c>HubException</c>.</param>
    public static WsmqError? Find(string? message) => TryRead(message, out var error, out _) ? error : null;

    /// <summary>The wire text: <c>[wsmq 2001 invalid-address final] An address is …</c></summary>
    public override string ToString() => Format(null);

    internal string Format(string? detail)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"{Marker}{Number} {Code} {(CanRetry ? "retry" : "final")}] {Text}");
        return detail is null ? head : $"{head} ({detail})";
    }

    internal static bool TryRead(string? message, [NotNullWhen(true)] out WsmqError? error, out string wireText)
    {
        error = null;
        wireText = string.Empty;
        var start = message?.IndexOf(Marker, StringComparison.Ordinal) ?? -1;
        if (start < 0)
            return false;
        var end = message!.IndexOf(']', start);
        if (end < 0)
            return false;
        var parts = message[(start + Marker.Length)..end].Split(' ');
        if (parts.Length != 3 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        wireText = message[start..];
        // A newer server may send a number that this list does not know yet: take what the wire says.
        error = WsmqErrors.ByNumber(number) ?? new WsmqError(number, parts[1], message[(end + 1)..].Trim(), parts[2] == "retry");
        return true;
    }
}
