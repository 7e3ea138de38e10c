using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Connections;

namespace Wsmq.Server.Presence;

/// <summary>What a connection has to do with presence: its part in that of its user, and what it watches.</summary>
internal sealed class SessionPresence(
    PresenceParts parts, PresentConnection connection, NodeConnection node, Func<WsmqAddress, ValueTask<WsmqException?>> refusal)
{
    private readonly Lock _lock = new();
    private ConnectionPresence? _watches;
    private bool _hasEnded;

    /// <summary>What it watches; created on first use.</summary>
    /// <exception cref="WsmqException">The connection has ended meanwhile: nobody would end its watches.</exception>
    public ConnectionPresence Watches
    {
        get
        {
            lock (_lock)
            {
                if (_hasEnded)
                    throw Ended();
                return _watches ??= new ConnectionPresence(
                    node, parts.Watches, new PresenceRights(parts.Time, parts.Options.Access.CheckInterval, refusal), parts.Logger);
            }
        }
    }

    /// <summary>The connection reads a group from now on.</summary>
    public void Join(string group) => parts.Table.Join(connection, group);

    public void Leave(string group) => parts.Table.Leave(connection, group);

    public void Set(bool away, WsmqJsonBody? data) => parts.Table.Set(connection, away, data);

    public void Unwatch(WsmqAddress address)
    {
        lock (_lock)
            _watches?.End(address);
    }

    /// <summary>The connection has ended.</summary>
    public Task EndAsync()
    {
        parts.Table.Close(connection);
        lock (_lock)
        {
            _hasEnded = true;
            return _watches?.CloseAsync() ?? Task.CompletedTask;
        }
    }

    /// <summary>The error of calls that come too late.</summary>
    public static WsmqException Ended() => new(WsmqErrors.StoreUnavailable, "the connection has ended");
}

/// <summary>What all connections share.</summary>
internal sealed class PresenceParts(
    PresenceTable table, PresenceWatches watches, IOptions<WsmqOptions> options, TimeProvider time, ILogger<PresenceParts> logger)
{
    public PresenceTable Table => table;

    public PresenceWatches Watches => watches;

    public WsmqOptions Options => options.Value;

    public TimeProvider Time => time;

    public ILogger Logger => logger;
}
