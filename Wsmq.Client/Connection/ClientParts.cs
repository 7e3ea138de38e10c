namespace Wsmq;

/// <summary>What outlives the starts and stops of a client.</summary>
internal sealed record ClientParts(
    HubSessionFactory Sessions, HandlerRegistry Handlers, ClientState State, StoreWatch Store, WsmqClientOptions Options, ClientEvents Events);
