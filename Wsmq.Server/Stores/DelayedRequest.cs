using System.Globalization;

namespace Wsmq.Server.Stores;

/// <summary>What both stores do with messages that wait.</summary>
internal static class DelayedRequest
{
    /// <summary>The request that appends a message which has waited. It needs no id: its key is known as long as it waits.</summary>
    public static AppendRequest Of(WsmqAddress to, string key, ReadOnlyMemory<byte> metadata, ReadOnlyMemory<byte> body) =>
        new(to, string.Empty, key, metadata, body) { Delay = new DelayTerms { Waited = key } };

    /// <summary>What continues a list after a message.</summary>
    public static string NextOf(string due, string key) => $"{due}-{key}";

    /// <summary>The time and the key of the message after which a list continues.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static (long Due, string Key) AfterOf(string next, int mostDigits)
    {
        var parts = next.Split('-');
        return parts is [var due, { Length: > 0 } key] && key.Length <= mostDigits && key.All(char.IsAsciiDigit)
            && long.TryParse(due, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
                ? (time, key)
                : throw new WsmqException(WsmqErrors.InvalidMessage, "next is not what the last page has returned");
    }

    /// <summary>When a message is due, in µs since 1970.</summary>
    public static long DueAt(DelayTerms terms, long now) =>
        Math.Min(Math.Max(now + Math.Min(terms.Delay, WsmqPosition.MaxValue - now), terms.NotBefore), WsmqPosition.MaxValue);

    /// <summary>
    /// When the first one is due of the messages of a batch that wait, in µs since 1970; null if none does. A repeat waits already: when is
    /// not known, so that it counts as due.
    /// </summary>
    public static long? FirstOf(IReadOnlyList<AppendRequest> batch, AppendResult[] results)
    {
        long? first = null;
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].IsWaiting && !(first < results[i].Position.Value))
                first = results[i].Position.Value;
            else if (results[i].Duplicate && batch[i].Delay is { Waited: null })
                first = 0;
        }

        return first;
    }
}
