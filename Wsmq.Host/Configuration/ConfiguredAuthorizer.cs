namespace Wsmq.Host.Configuration;

/// <summary>
/// The default rules for users and groups; for work queues and operators the lists of the configuration. Programs with an API key have the
/// scopes of their key instead.
/// </summary>
internal sealed class ConfiguredAuthorizer(HostSettings settings, IWsmqGroups groups) : IWsmqAuthorizer
{
    public async ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => to.Kind switch
    {
        WsmqAddressKind.User => true,
        WsmqAddressKind.Group => await groups.IsInGroupAsync(caller.UserId, to.Name, cancellationToken),
        _ => IsListed(queue => queue.Senders, caller, to),
    };

    public async ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => source.Kind switch
    {
        WsmqAddressKind.User => source.Name == caller.UserId,
        WsmqAddressKind.Group => await groups.IsInGroupAsync(caller.UserId, source.Name, cancellationToken),
        _ => false,
    };

    public ValueTask<bool> CanWorkAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) =>
        new(IsListed(settings => settings.Workers, caller, queue));

    public ValueTask<bool> CanManageQueueAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) =>
        new(IsListed(settings => settings.Managers, caller, queue));

    public ValueTask<bool> CanAdministerAsync(
        WsmqCaller caller, WsmqAction action, WsmqAddress? target, CancellationToken cancellationToken) =>
        new(settings.Operators.TryGetValue(caller.UserId, out var actions) && OperatorSettings.Include(actions, action));

    private bool IsListed(Func<QueueSettings, string[]> users, WsmqCaller caller, WsmqAddress queue) =>
        queue.Kind == WsmqAddressKind.Work && settings.Queues.TryGetValue(queue.Name, out var found)
        && QueueSettings.Includes(users(found), caller.UserId);
}
