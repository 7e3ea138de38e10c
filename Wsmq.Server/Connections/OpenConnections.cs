using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.Extensions.Options;

namespace Wsmq.Server.Connections;

/// <summary>
/// The connections that were negotiated for the wsmq hub, by their connection token. SignalR shares connection tokens among all hubs of
/// an app: without this lookup, a connection of another hub, which may accept any user, could be used here.
/// </summary>
internal sealed class OpenConnections(IOptions<ConnectionOptions> options, TimeProvider time) : IDisposable
{
    // SignalR checks once a second for unused connections.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Default = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, (OpenConnection Connection, long Since)> _byToken = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private ITimer? _timer;

    public int Count => _byToken.Count;

    // At least as long as SignalR itself keeps a negotiated connection that no client opens.
    private TimeSpan Unused => (options.Value.DisconnectTimeout ?? Default) + (2 * Interval);

    public void Add(string token, OpenConnection connection)
    {
        lock (_lock)
            _timer ??= time.CreateTimer(_ => Sweep(), null, Interval, Interval);
        connection.Token = token;
        _byToken[token] = (connection, time.GetTimestamp());
    }

    public bool TryGet(string token, [NotNullWhen(true)] out OpenConnection? connection)
    {
        var found = _byToken.TryGetValue(token, out var entry);
        connection = entry.Connection;
        return found;
    }

    /// <summary>Removes the token of a connection, so that no further request finds it. False if it was already removed.</summary>
    public bool TryTake(OpenConnection connection)
    {
        var taken = connection.Token is { } token && _byToken.TryRemove(token, out _);
        connection.Token = null;
        return taken;
    }

    public void Remove(OpenConnection connection)
    {
        connection.Place.Leave();
        TryTake(connection);
    }

    public void Dispose() => _timer?.Dispose();

    private void Sweep()
    {
        foreach (var (token, (connection, since)) in _byToken)
        {
            if (connection.IsStarted || time.GetElapsedTime(since) < Unused)
                continue;
            if (_byToken.TryRemove(token, out _))
                connection.Place.Leave();
        }
    }
}
