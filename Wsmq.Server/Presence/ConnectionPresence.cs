using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Connections;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Presence;

/// <summary>
/// What one connection watches. Each write is awaited: while the client does not read, changes gather into a whole for each address.
/// </summary>
internal sealed class ConnectionPresence : Worker, IPresenceListener
{
    private readonly Lock _lock = new();
    private readonly Dictionary<WsmqAddress, Watch> _watches = [];
    private readonly NodeConnection _connection;
    private readonly PresenceWatches _node;
    private readonly PresenceRights _rights;
    private readonly ILogger _logger;
    private bool _isClosed;

    public ConnectionPresence(NodeConnection connection, PresenceWatches node, PresenceRights rights, ILogger logger)
    {
        (_connection, _node, _rights, _logger) = (connection, node, rights, logger);
        Begin();
    }

    void IPresenceListener.Changed(WatchedAddress watched) => Wake();

    /// <summary>Watches an address; changes are written only once <see cref="Watch.Begin"/> was called.</summary>
    /// <exception cref="WsmqException"><c>too-many-watches</c>.</exception>
    public async Task<Watch> WatchAsync(WsmqAddress address, int most)
    {
        Watch? watch;
        lock (_lock)
        {
            if (_isClosed)
                throw SessionPresence.Ended();
            if (!_watches.TryGetValue(address, out watch))
            {
                if (_watches.Count >= most)
                    throw new WsmqException(WsmqErrors.TooManyWatches, $"a connection watches at most {most} addresses");
                _watches.Add(address, watch = new Watch(this, address, _rights.Now));
            }

            (watch.HasBegun, watch.CheckedAt) = (false, _rights.Now);
        }

        try
        {
            watch.Watched = (await _node.WatchAsync([address], this, _connection.Aborted))[0];
            watch.State = _node.Read(watch.Watched, w => w.State);
        }
        catch
        {
            End(address);
            throw;
        }

        lock (_lock)
        {
            if (_isClosed || !_watches.ContainsKey(address))
                _node.Release(watch.Watched, this);
        }

        return watch;
    }

    private void Begin(Watch watch)
    {
        lock (_lock)
            (watch.HasBegun, watch.Sent) = (true, watch.State!.Version);
        Wake();
    }

    public void End(WsmqAddress address)
    {
        lock (_lock)
        {
            if (_watches.Remove(address, out var watch) && watch.Watched is { } watched)
                _node.Release(watched, this);
        }
    }

    /// <summary>The connection has ended.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            foreach (var watch in _watches.Values.Where(w => w.Watched is not null))
                _node.Release(watch.Watched!, this);
            _watches.Clear();
        }

        return EndAsync();
    }

    protected override async ValueTask RunAsync()
    {
        while (Next() is { } due)
        {
            try
            {
                if (await MayGoOnAsync(due))
                    await _connection.PresenceAsync(MessageFor(due));
            }
            catch (Exception e)
            {
                if (_connection.Aborted.IsCancellationRequested)
                    return;
                Log.PresenceNotWritten(_logger, e, _connection.Id);
                _ = DeferAsync(due);
            }
        }
    }

    private Watch? Next()
    {
        lock (_lock)
        {
            if (_watches.Count == 0)
                return null;
            return _node.Read(() => _watches.Values.FirstOrDefault(w => w.HasBegun && !w.IsDeferred && w.Sent < w.Watched!.Version));
        }
    }

    // The authorizer could not decide: the others go on meanwhile, and this one gets nothing unchecked.
    private async Task DeferAsync(Watch watch)
    {
        watch.IsDeferred = true;
        await _rights.PauseAsync(_connection.Aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        watch.IsDeferred = false;
        Wake();
    }

    private SerializedHubMessage MessageFor(Watch watch)
    {
        var (message, version) = _node.Read(watch.Watched!, w =>
            (w.Version == watch.Sent + 1 && w.LastMessage is { } last ? last : w.WholeMessage, w.Version));
        watch.Sent = version;
        return message;
    }

    private async ValueTask<bool> MayGoOnAsync(Watch watch)
    {
        if (!_rights.IsDue(watch.CheckedAt))
            return true;
        var now = _rights.Now;
        if (await _rights.RefusalAsync(watch.Address) is not { } refusal)
        {
            watch.CheckedAt = now;
            return true;
        }

        End(watch.Address);
        await _connection.PresenceAsync(WatchedAddress.Message(new WsmqPresenceChange
        {
            Address = watch.Address, Version = watch.Sent + 1, Online = 0, Away = 0, Error = refusal.Message,
        }));
        return false;
    }

    /// <summary>An address that the connection watches.</summary>
    internal sealed class Watch(ConnectionPresence of, WsmqAddress address, long now)
    {
        /// <summary>The client has the whole: from here on it gets changes.</summary>
        public void Begin() => of.Begin(this);

        public WsmqAddress Address => address;

        public WatchedAddress? Watched { get; set; }

        /// <summary>What the call has returned.</summary>
        public WsmqPresenceState? State { get; set; }

        public bool HasBegun { get; set; }

        /// <summary>The version that the client has.</summary>
        public long Sent { get; set; }

        /// <summary>When it was last checked that the user may see the address.</summary>
        public long CheckedAt { get; set; } = now;

        /// <summary>That could not be checked, or a change could not be written: it waits.</summary>
        public bool IsDeferred { get; set; }
    }
}

/// <summary>Whether a connection may still see what it watches.</summary>
/// <param name="time">The clock.</param>
/// <param name="interval">How often that is checked at most.</param>
/// <param name="refusal">Returns why not, or null.</param>
internal sealed class PresenceRights(TimeProvider time, TimeSpan interval, Func<WsmqAddress, ValueTask<WsmqException?>> refusal)
{
    // An authorizer that is asked about every change and fails must not be asked without a pause.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    public long Now => time.GetTimestamp();

    public bool IsDue(long checkedAt) => time.GetElapsedTime(checkedAt) >= interval;

    /// <summary>Waits until what is checked now is due again.</summary>
    public Task PauseAsync(CancellationToken cancellationToken) => Task.Delay(interval > Shortest ? interval : Shortest, time, cancellationToken);

    public ValueTask<WsmqException?> RefusalAsync(WsmqAddress address) => refusal(address);
}
