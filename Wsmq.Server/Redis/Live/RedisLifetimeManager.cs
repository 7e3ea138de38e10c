using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Delivering;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Hubs;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Redis.Live;

/// <summary>
/// The live plane of many nodes. A call is serialized once, by the node that sends it; docs/decisions/0005 says why it is not the
/// stock backplane. What is for a connection of this node alone, calls with results among it, the base class does.
/// </summary>
internal sealed class RedisLifetimeManager : LocalLifetimeManager
{
    private readonly IHubProtocol _protocol;
    private readonly RedisLive _live;
    private readonly LiveGroups _groups;
    private readonly LiveAudience _audience;
    private readonly LiveRequests _requests;

    public RedisLifetimeManager(
        ConnectionRegistry connections,
        IStore store,
        HubProtocol protocol,
        WsmqMetrics metrics,
        TimeProvider time,
        ILoggerFactory loggers)
        : base(connections, loggers.CreateLogger<DefaultHubLifetimeManager<WsmqHub>>())
    {
        var logger = loggers.CreateLogger<RedisLifetimeManager>();
        _protocol = protocol.AllProtocols[0];
        _live = ((RedisStore)store).Live;
        _groups = new LiveGroups(_live);
        _audience = new LiveAudience(_groups, metrics, logger);
        _requests = new LiveRequests(_live, time, logger);
        _live.Received += Handle;
    }

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        _audience.Add(connection);
        return base.OnConnectedAsync(connection);
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        _audience.Remove(connection.ConnectionId);
        return base.OnDisconnectedAsync(connection);
    }

    public override Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) =>
        _audience.Find(connectionId) is { } connection
            ? _groups.AddAsync(connection, groupName).WaitAsync(cancellationToken)
            : _requests.AskAsync(LiveKind.Join, connectionId, groupName, cancellationToken);

    public override Task RemoveFromGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default)
    {
        if (_audience.Find(connectionId) is not { } connection)
            return _requests.AskAsync(LiveKind.Leave, connectionId, groupName, cancellationToken);
        _groups.Remove(connection, groupName);
        return Task.CompletedTask;
    }

    public override Task SendAllAsync(string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendAllExceptAsync(methodName, args, [], cancellationToken);

    public override Task SendAllExceptAsync(
        string methodName, object?[] args, IReadOnlyList<string> excludedConnectionIds, CancellationToken cancellationToken = default) =>
        _live.ToAllAsync(new LivePush(LiveKind.All, [.. excludedConnectionIds], Frame(methodName, args)), cancellationToken);

    public override Task SendConnectionAsync(
        string connectionId, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        _audience.Find(connectionId) is not null
            ? base.SendConnectionAsync(connectionId, methodName, args, cancellationToken)
            : SendConnectionsAsync([connectionId], methodName, args, cancellationToken);

    public override Task SendConnectionsAsync(
        IReadOnlyList<string> connectionIds, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        _live.ToAllAsync(new LivePush(LiveKind.Connections, [.. connectionIds], Frame(methodName, args)), cancellationToken);

    public override Task SendUserAsync(string userId, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendUsersAsync([userId], methodName, args, cancellationToken);

    public override Task SendUsersAsync(
        IReadOnlyList<string> userIds, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        _live.ToUsersAsync(userIds, Frame(methodName, args), cancellationToken);

    public override Task SendGroupAsync(
        string groupName, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendGroupExceptAsync(groupName, methodName, args, [], cancellationToken);

    public override Task SendGroupsAsync(
        IReadOnlyList<string> groupNames, string methodName, object?[] args, CancellationToken cancellationToken = default)
    {
        var frame = Frame(methodName, args);
        return Task.WhenAll(groupNames.Distinct(StringComparer.Ordinal).Select(
            name => _live.ToGroupAsync(name, new LivePush(LiveKind.Group, [name], frame), cancellationToken)));
    }

    public override Task SendGroupExceptAsync(
        string groupName,
        string methodName,
        object?[] args,
        IReadOnlyList<string> excludedConnectionIds,
        CancellationToken cancellationToken = default) => _live.ToGroupAsync(
            groupName, new LivePush(LiveKind.Group, [groupName, .. excludedConnectionIds], Frame(methodName, args)), cancellationToken);

    private ReadOnlyMemory<byte> Frame(string method, object?[] args) => _protocol.GetMessageBytes(new InvocationMessage(method, args));

    private void Handle(LivePush push)
    {
        switch (push.Kind)
        {
            // Of all the nodes that hear it, one has the connection.
            case LiveKind.Join or LiveKind.Leave when _audience.Find(push.Names[1]) is not null:
                _ = _requests.AnswerAsync(push, push.Kind == LiveKind.Join
                    ? (connection, group) => AddToGroupAsync(connection, group)
                    : (connection, group) => RemoveFromGroupAsync(connection, group));
                break;
            case LiveKind.Join or LiveKind.Leave:
                break;
            case LiveKind.Done:
                _requests.Answered(push);
                break;
            default:
                _audience.Push(push);
                break;
        }
    }
}
