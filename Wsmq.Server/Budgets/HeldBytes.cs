namespace Wsmq.Server.Budgets;

/// <summary>What things cost in memory, rounded up from measurements: objects, strings in UTF-16, results that are not read.</summary>
internal static class HeldBytes
{
    /// <summary>A call: its frame, its place at the dispatcher, the hub, the answer.</summary>
    public const long Call = 4 * 1024;

    /// <summary>A message that waits for the store, beside its bytes.</summary>
    public const long Send = 512;

    /// <summary>Up to here a read counts as small: acks, pings, and a call of a human.</summary>
    public const long SmallRead = 1024;

    // What is no array of messages costs at most three times its bytes: the buffer, and texts twice as long as on the wire. The
    // smallest calls cost ninety times their bytes, and as many arrays as fit into a slice, or one of the longest, this much.
    private const int OfBytes = 3;
    private const int OfSmall = 90;
    private const long MostBeside = 832 * 1024;

    private const long Message = 160;
    private const long Element = 8 + 128;
    private const long Header = 128;

    /// <summary>The most that a slice of frames may become.</summary>
    public static long OfParsing(long bytes) => (OfBytes * bytes) + Math.Min(OfSmall * bytes, MostBeside);

    /// <summary>An array of messages, with the results that it will have.</summary>
    public static long Of(IReadOnlyList<WsmqOutgoingMessage?> messages)
    {
        var bytes = 0L;
        for (var i = 0; i < messages.Count; i++)
            bytes += Element + Of(messages[i]);
        return bytes;
    }

    public static long Of(WsmqOutgoingMessage? message)
    {
        if (message is null)
            return 0;
        var bytes = Message + (message.Body?.Utf8.Length ?? 0) + (message.Data?.Length ?? 0)
            + Text(message.To) + Text(message.Id) + Text(message.Type) + Text(message.ContentType)
            + Text(message.CorrelationId) + Text(message.ReplyTo);
        if (message.Headers is not { } headers)
            return bytes;
        foreach (var (name, value) in headers)
            bytes += Header + Text(name) + Text(value);
        return bytes;
    }

    private static long Text(string? text) => text is null ? 0 : 24 + (2L * text.Length);
}
