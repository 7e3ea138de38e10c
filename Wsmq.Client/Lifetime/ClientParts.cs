namespace Wsmq;

/// <summary>The parts of a client that live across its starts and stops.</summary>
internal sealed record ClientParts(
    HubSessionFactory Sessions, HandlerRegistry Handlers, ClientState State, StoreWatch Store, WsmqClientOptions Options, ClientEvents Events)
{
    /// <summary>What is watched, and what the client says of itself.</summary>
    public required PresenceRegistry Presence { get; init; }

    /// <summary>What is filtered and paused.</summary>
    public required ReadingRegistry Reading { get; init; }
}
