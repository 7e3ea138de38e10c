namespace Wsmq.Tests.Client;

/// <summary>Deliveries as a server would send them.</summary>
internal static class Entry
{
    public const string Alice = "user:alice";
    public const string Group = "group:all";

    public static string At(long position) => new WsmqPosition(position).ToString();

    /// <summary>A chat line whose text is its position.</summary>
    public static WsmqDelivery Chat(long position, string source = Alice, long? previous = null) =>
        Raw(position, nameof(Line), $$"""{"text":"{{position}}"}""", source, previous);

    public static WsmqDelivery Raw(long position, string? type, string json, string source = Alice, long? previous = null) => new()
    {
        Source = source,
        Position = At(position),
        Previous = At(previous ?? position - 1),
        Id = $"m{position}",
        Sender = "bob",
        SentAt = 1_700_000_000_000,
        Type = type,
        Body = WsmqJsonBody.Parse(json),
    };

    public static Func<IWsmqReceiver, Task> Chats(params long[] positions) => async client =>
    {
        foreach (var position in positions)
            await client.Receive(Chat(position));
    };
}

[WsmqMessageType(nameof(Line))]
internal sealed record Line(string Text);
