namespace Wsmq.Faults.Nodes;

/// <summary>Allows everything: everybody is a member of the groups that are sent to, and may work on the queue.</summary>
internal sealed class OpenAuthorizer : IWsmqAuthorizer
{
    public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(true);

    public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

    public ValueTask<bool> CanWorkAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(true);

    public ValueTask<bool?> CanSeePresenceAsync(WsmqCaller caller, WsmqAddress address, CancellationToken cancellationToken) => new(true);
}
