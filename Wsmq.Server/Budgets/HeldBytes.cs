namespace Wsmq.Server.Budgets;

/// <summary>Memory costs in bytes, rounded up from measurements: objects, strings in UTF-16, results that are not read yet.</summary>
internal static class HeldBytes
{
    /// <summary>A hub call: its frame, its entry in SignalR's dispatcher, the hub instance, the result.</summary>
    public const long Call = 4 * 1024;

    /// <summary>A message that waits for the store, in addition to its own bytes.</summary>
    public const long Send = 512;

    /// <summary>The largest read that counts as small: acks, pings, and a single call of a human user.</summary>
    public const long SmallRead = 1024;

    // Anything but an array of messages costs at most three times its bytes: the buffer, and strings twice as long as on the wire. The
    // smallest calls cost ninety times their bytes. As many message arrays as fit into a slice, or one array of the greatest length,
    // cost MostBeside in addition.
    private const int OfBytes = 3;
    private const int OfSmall = 90;
    private const long MostBeside = 832 * 1024;

    private const long Message = 176;
    private const long Rare = 128;
    private const long Element = 8 + 128;
    private const long Header = 128;

    /// <summary>The cost of jobs that are completed together, including the results that the call will return.</summary>
    public static long OfLeases(int count) => count * Send;

    /// <summary>The upper bound of the memory that parsing a slice of frames takes.</summary>
    public static long OfParsing(long bytes) => (OfBytes * bytes) + Math.Min(OfSmall * bytes, MostBeside);

    /// <summary>The cost of an array of messages, including the results that the call will return.</summary>
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
            + Text(message.CorrelationId) + Text(message.ReplyTo) + OfRare(message.Rare);
        return bytes + Of(message.Headers);
    }

    /// <summary>The cost of the reply to a request.</summary>
    public static long Of(WsmqReply reply) =>
        Message + (reply.Body?.Utf8.Length ?? 0) + (reply.Data?.Length ?? 0) + Text(reply.Type) + Text(reply.ContentType) + Of(reply.Headers);

    private static long Of(IReadOnlyDictionary<string, string>? headers) => headers?.Sum(h => Header + Text(h.Key) + Text(h.Value)) ?? 0;

    private static long OfRare(RareFields? rare) => rare is null ? 0 : Rare + Text(rare.Key) + Text(rare.UniqueId) + Text(rare.StateKey);

    private static long Text(string? text) => text is null ? 0 : 24 + (2L * text.Length);
}
