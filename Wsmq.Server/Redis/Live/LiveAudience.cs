using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Delivering;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Redis.Live;

/// <summary>The connections of this node and their users, and the handing out of pushes to them.</summary>
internal sealed class LiveAudience(LiveGroups groups, WsmqMetrics metrics, ILogger logger)
{
    private readonly ConcurrentDictionary<string, LiveConnection> _byId = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    // Arrays that are replaced: most users have one connection, and pushes look without waiting for those who come and go.
    private readonly Dictionary<string, LiveConnection[]> _byUser = new(StringComparer.Ordinal);

    public LiveConnection? Find(string connectionId) => _byId.GetValueOrDefault(connectionId);

    public void Add(HubConnectionContext context)
    {
        var connection = new LiveConnection(context);
        _byId[connection.Id] = connection;
        if (connection.User is not { } user)
            return;
        lock (_lock)
            _byUser[user] = [.. _byUser.GetValueOrDefault(user, []), connection];
    }

    public void Remove(string connectionId)
    {
        if (!_byId.TryRemove(connectionId, out var connection))
            return;
        groups.RemoveFromAll(connection);
        if (connection.User is not { } user)
            return;
        lock (_lock)
        {
            LiveConnection[] others = [.. _byUser.GetValueOrDefault(user, []).Where(c => c != connection)];
            if (others.Length == 0)
                _byUser.Remove(user);
            else
                _byUser[user] = others;
        }
    }

    public void Push(LivePush push)
    {
        var message = JsonFrames.Message(push.Frame);
        switch (push.Kind)
        {
            case LiveKind.All:
                Push(push, message, _byId.Select(pair => pair.Value), except: push.Names);
                break;
            case LiveKind.Connections:
                Push(push, message, push.Names.Distinct(StringComparer.Ordinal).Select(Find).OfType<LiveConnection>(), except: []);
                break;
            case LiveKind.Users:
                Push(push, message, push.Names.Distinct(StringComparer.Ordinal).SelectMany(ConnectionsOf), except: []);
                break;
            case LiveKind.Group:
                Push(push, message, groups.MembersOf(push.Names[0]), except: push.Names[1..]);
                break;
        }
    }

    private void Push(LivePush push, SerializedHubMessage message, IEnumerable<LiveConnection> to, string[] except)
    {
        var excluded = except.Length > 0 ? new HashSet<string>(except, StringComparer.Ordinal) : null;
        foreach (var connection in to)
        {
            if (excluded?.Contains(connection.Id) != true && !connection.TryPush(message, push.Frame.Length))
                Dropped(connection);
        }
    }

    private void Dropped(LiveConnection connection)
    {
        metrics.LiveDropped();
        if (connection.Reported)
            return;
        connection.Reported = true;
        Log.LiveDropped(logger, connection.Id);
    }

    private LiveConnection[] ConnectionsOf(string user)
    {
        lock (_lock)
            return _byUser.GetValueOrDefault(user, []);
    }
}
