using Wsmq;

namespace DashboardApp;

/// <summary>
/// Olga may do everything; vera sees and reads nothing; rita also reads; bert bans and disconnects what he sees; mona manages queues;
/// gus sees what concerns group:ops and user:bob, and nothing in general. Everybody else is a user like any other.
/// </summary>
internal sealed class RightsByName(IWsmqGroups groups) : IWsmqAuthorizer
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["vera"] = ["View"],
        ["rita"] = ["View", "ReadBody"],
        ["bert"] = ["View", "Ban", "Disconnect"],
    };

    private static readonly string[] SeenByGus = ["group:ops", "user:bob"];

    public async ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) =>
        to.Kind != WsmqAddressKind.Group || await groups.IsInGroupAsync(caller.UserId, to.Name, cancellationToken);

    public async ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => source.Kind switch
    {
        WsmqAddressKind.User => source.Name == caller.UserId,
        WsmqAddressKind.Group => await groups.IsInGroupAsync(caller.UserId, source.Name, cancellationToken),
        _ => false,
    };

    public ValueTask<bool> CanWorkAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(true);

    public ValueTask<bool> CanManageQueueAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) =>
        new(caller.UserId is "olga" or "mona");

    public ValueTask<bool> CanAdministerAsync(
        WsmqCaller caller, WsmqAction action, WsmqAddress? target, CancellationToken cancellationToken) => new(caller.UserId switch
    {
        "olga" => true,
        "gus" => action == WsmqAction.View && target is { } seen && SeenByGus.Contains(seen.ToString()),
        var name => Allowed.TryGetValue(name, out var actions) && actions.Contains(action.ToString()),
    });
}
