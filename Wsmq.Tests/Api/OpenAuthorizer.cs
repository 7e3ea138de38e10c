namespace Wsmq.Tests.Api;

/// <summary>Allows everything; reading a log still needs that it is the user's own, or that of a group of the user.</summary>
internal sealed class OpenAuthorizer : IWsmqAuthorizer
{
    public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(true);

    public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

    public ValueTask<bool> CanManageQueueAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(true);

    public ValueTask<bool> CanAdministerAsync(
        WsmqCaller caller, WsmqAction action, WsmqAddress? target, CancellationToken cancellationToken) => new(true);
}
