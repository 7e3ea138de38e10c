using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Wsmq;

/// <summary>
/// One kind of error; <see cref="WsmqErrors"/> lists all of them. Numbers and codes are stable and never reused: compare with the values of
/// <see cref="WsmqErrors"/>, or, in logs and other languages, by number or code. On the wire an error is the text
/// <c>[wsmq &lt;number&gt; &lt;code&gt; &lt;retry|final&gt;] &lt;text&gt;</c> within the message of a SignalR <c>HubException</c>;
/// <see cref="Find"/> reads it. Where the server knows when the call can be repeated, it puts <c>[retry-after &lt;milliseconds&gt;]</c>
/// between the bracket and the text; <see cref="FindRetryAfter"/> reads that.
/// </summary>
/// <param name="Number">The number, for example 2001; unique and stable.</param>
/// <param name="Code">The code, for example <c>invalid-address</c>; unique and stable.</param>
/// <param name="Text">What is wrong and what to do, for a person.</param>
/// <param name="CanRetry">Whether the same call can succeed later without a change.</param>
public sealed record WsmqError(int Number, string Code, string Text, bool CanRetry)
{
    private const string Marker = "[wsmq ";
    private const string RetryMarker = " [retry-after ";

    /// <summary>Reads the error from the message of an exception. Returns null where the message carries no wsmq error.</summary>
    /// <param name="message">The message, for example of a SignalR <c>HubException</c>; may be null.</param>
    public static WsmqError? Find(string? message) => TryRead(message, out var error, out _, out _) ? error : null;

    /// <summary>
    /// Reads from the message of an exception how long to wait before the call is repeated. Returns null where the message states
    /// no time.
    /// </summary>
    /// <param name="message">The message, for example of a SignalR <c>HubException</c>; may be null.</param>
    public static TimeSpan? FindRetryAfter(string? message) => TryRead(message, out _, out _, out var retryAfter) ? retryAfter : null;

    /// <summary>Returns the text on the wire: <c>[wsmq 2001 invalid-address final] An address is …</c></summary>
    public override string ToString() => Format(null, null);

    internal string Format(string? detail, TimeSpan? retryAfter)
    {
        var kind = CanRetry ? "retry" : "final";
        var when = retryAfter is { } time ? string.Create(CultureInfo.InvariantCulture, $"{RetryMarker}{Milliseconds(time)}]") : null;
        var head = string.Create(CultureInfo.InvariantCulture, $"{Marker}{Number} {Code} {kind}]{when} {Text}");
        return detail is null ? head : $"{head} ({detail})";
    }

    /// <summary>Whole milliseconds, rounded up, so that a retry does not come too early.</summary>
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

        // A newer server may send a number that is unknown here: build the error from the wire text.
        error = WsmqErrors.ByNumber(number) ?? new WsmqError(number, parts[1], text.Trim().ToString(), parts[2] == "retry");
        return true;
    }

    // Only directly after the bracket: a detail may contain text that a user wrote.
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
