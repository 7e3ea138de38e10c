using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Wsmq;

/// <summary>
/// One kind of error. Numbers and codes are never reused. Over the wire an error is the text
/// <c>[wsmq &lt;number&gt; &lt;code&gt; &lt;retry|final&gt;] &lt;text&gt;</c> inside the hub error, which <see cref="Find"/> reads back. Where
/// the server knows when to try again, <c>[retry-after &lt;milliseconds&gt;]</c> stands between the two.
/// </summary>
/// <param name="Number">The number, unique and stable.</param>
/// <param name="Code">The name, unique and stable, for switching on.</param>
/// <param name="Text">What is wrong and what to do.</param>
/// <param name="CanRetry">Whether the same call can succeed later without a change.</param>
public sealed record WsmqError(int Number, string Code, string Text, bool CanRetry)
{
    private const string Marker = "[wsmq ";
    private const string RetryMarker = " [retry-after ";

    /// <summary>The error that a hub error's message carries, or null if it carries none.</summary>
    /// <param name="message">A message such as that of a <c>HubException</c>.</param>
    public static WsmqError? Find(string? message) => TryRead(message, out var error, out _, out _) ? error : null;

    /// <summary>After how long the call may be repeated, where a hub error's message says so; null where it does not.</summary>
    /// <param name="message">A message such as that of a <c>HubException</c>.</param>
    public static TimeSpan? FindRetryAfter(string? message) => TryRead(message, out _, out _, out var retryAfter) ? retryAfter : null;

    /// <summary>The wire text: <c>[wsmq 2001 invalid-address final] An address is …</c></summary>
    public override string ToString() => Format(null, null);

    internal string Format(string? detail, TimeSpan? retryAfter)
    {
        var kind = CanRetry ? "retry" : "final";
        var when = retryAfter is { } time ? string.Create(CultureInfo.InvariantCulture, $"{RetryMarker}{Milliseconds(time)}]") : null;
        var head = string.Create(CultureInfo.InvariantCulture, $"{Marker}{Number} {Code} {kind}]{when} {Text}");
        return detail is null ? head : $"{head} ({detail})";
    }

    /// <summary>Whole milliseconds, and never too few.</summary>
    internal static long Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);

    internal static bool TryRead(
        string? message, [NotNullWhen(true)] out WsmqError? error, out string wireText, out TimeSpan? retryAfter)
    {
        error = null;
        retryAfter = null;
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
        var text = message.AsSpan(end + 1);
        if (TryReadRetryAfter(text, out var milliseconds, out var length))
        {
            retryAfter = TimeSpan.FromMilliseconds(milliseconds);
            text = text[length..];
        }

        // A newer server may send a number that this list does not know yet: take what the wire says.
        error = WsmqErrors.ByNumber(number) ?? new WsmqError(number, parts[1], text.Trim().ToString(), parts[2] == "retry");
        return true;
    }

    // Directly behind the head and nowhere else: a detail may hold what somebody wrote.
    private static bool TryReadRetryAfter(ReadOnlySpan<char> text, out int milliseconds, out int length)
    {
        (milliseconds, length) = (0, 0);
        if (!text.StartsWith(RetryMarker, StringComparison.Ordinal))
            return false;
        var end = text.IndexOf(']');
        if (end < 0)
            return false;
        length = end + 1;
        return int.TryParse(text[RetryMarker.Length..end], NumberStyles.None, CultureInfo.InvariantCulture, out milliseconds);
    }
}
