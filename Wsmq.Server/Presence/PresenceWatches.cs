using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Presence;

/// <summary>
/// What is watched on this node, for its connections and its app: asks all nodes for it, merges what they tell, and tells the listeners at most
/// once a second what has changed.
/// </summary>
internal sealed partial class PresenceWatches(
    IStore store, PresenceSource source, PresenceClock clock, IOptions<WsmqOptions> options, ILogger<PresenceWatches> logger)
    : CoalescingWorker<ReadOnlyMemory<byte>>
{
    // Repeated questions about the same users cost the nodes one.
    private static readonly TimeSpan KeptUnused = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<WsmqAddress, WatchedAddress> _watched = [];
    private readonly HashSet<WatchedAddress> _incomplete = [];
    private readonly HashSet<WatchedAddress> _changed = [];
    private readonly PresencePeers _peers = new();
    private readonly WatchList _list = new();
    private readonly BackgroundLoop _asks = new(clock.Time);
    private readonly BackgroundLoop _tells = new(clock.Time);
    private string[] _answered = [];
    private long? _lostAt;
    private long _asked;
    private bool _hasGone;

    private TimeSpan AnswerTimeout => options.Value.Nodes.AnswerTimeout;

    public void Start()
    {
        store.Nodes.Handle(NodeMessageKind.Presence, message => Add(message.ToArray()));
        store.Signals.Restored += Restored;
        _asks.Start(AskAsync, () => IsUsed ? clock.RenewEvery : Long, (e, delay) => Log.PresenceNotAsked(logger, e, delay));
        _tells.Start(TellAsync, NextTell, (e, delay) => Log.PresenceNotAsked(logger, e, delay));
    }

    public async Task StopAsync()
    {
        store.Signals.Restored -= Restored;
        await _asks.StopAsync();
        await _tells.StopAsync();
        await WhenIdle();
    }

    /// <summary>Watches addresses, and waits until it is known who is there.</summary>
    /// <param name="addresses">Users and groups.</param>
    /// <param name="listener">Learns of changes until it is released; null to look only once.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task<WatchedAddress[]> WatchAsync(
        IReadOnlyCollection<WsmqAddress> addresses, IPresenceListener? listener, CancellationToken cancellationToken)
    {
        WatchedAddress[] watched;
        lock (_lock)
        {
            watched = [.. addresses.Select(a => Watch(a, listener))];
            if (_list.HasChanges)
                _asks.Wake();
        }

        // A node that does not answer must not keep the others from being seen; what comes later is a change.
        try
        {
            var all = Task.WhenAll(watched.Select(w => w.Complete.Task));
            try
            {
                await all.WaitAsync(2 * AnswerTimeout, clock.Time, cancellationToken);
            }
            catch (TimeoutException)
            {
                lock (_lock)
                    Array.FindAll(watched, _incomplete.Contains).ToList().ForEach(End);
            }

            await ReadLastSeenAsync(watched, cancellationToken);
            return watched;
        }
        catch
        {
            foreach (var one in listener is null ? [] : watched)
                Release(one, listener!);
            throw;
        }
    }

    /// <summary>The listener needs the address no more.</summary>
    public void Release(WatchedAddress watched, IPresenceListener listener)
    {
        lock (_lock)
        {
            if (watched.Listeners.Remove(listener) && watched.Listeners.Count == 0)
                watched.UnusedSince = clock.Time.GetTimestamp();
        }
    }

    /// <summary>Reads from an address what no change may interrupt.</summary>
    public T Read<T>(WatchedAddress watched, Func<WatchedAddress, T> read)
    {
        lock (_lock)
            return read(watched);
    }

    /// <summary>The same of several addresses. It must not call this object.</summary>
    public T Read<T>(Func<T> read)
    {
        lock (_lock)
            return read();
    }

    protected override Task RunAsync(List<ReadOnlyMemory<byte>> items)
    {
        foreach (var message in items)
        {
            if (PresenceJson.Read(message, PresenceJson.Default.PresenceBatch) is not { IsWhole: true } batch)
                continue;
            lock (_lock)
            {
                if (!_peers.Take(batch, IsWatched, Changed))
                    _asks.Wake();
                EndComplete();
                if (_changed.Count > 0)
                    _tells.Wake();
            }
        }

        return Task.CompletedTask;
    }

    private void Restored()
    {
        lock (_lock)
            _lostAt = clock.Time.GetTimestamp();
        _asks.Wake();
    }

    private bool IsUsed
    {
        get
        {
            lock (_lock)
                return _watched.Count > 0;
        }
    }

    private bool IsWatched(PresenceEntry entry) =>
        _watched.ContainsKey(WsmqAddress.User(entry.User)) || entry.Groups.Any(g => _watched.ContainsKey(WsmqAddress.Group(g)));

    // All below are called inside the lock, if their names do not end with Async.
    private WatchedAddress Watch(WsmqAddress address, IPresenceListener? listener)
    {
        if (!_watched.TryGetValue(address, out var watched))
        {
            _watched.Add(address, watched = new WatchedAddress(address, options.Value.Presence.MaxGroupMembers) { AddedIn = long.MaxValue });
            _incomplete.Add(watched);
            _list.Add(address);
        }

        if (listener is not null)
            watched.Listeners.Add(listener);
        if (watched.Listeners.Count == 0)
            watched.UnusedSince = clock.Time.GetTimestamp();
        return watched;
    }

    private void Changed(PresenceEntry? before, PresenceEntry entry)
    {
        var ended = entry.Devices.Length > 0 || before is null ? 0 : before.Ended ?? store.Now;
        Changed(WsmqAddress.User(entry.User), entry.User, ended);
        foreach (var group in entry.Groups.Union(before?.Groups ?? []))
            Changed(WsmqAddress.Group(group), entry.User, ended);
    }

    private void Changed(WsmqAddress address, string user, long ended)
    {
        if (!_watched.TryGetValue(address, out var watched))
            return;
        watched.Changed(user, ended);
        _changed.Add(watched);
    }

    private WsmqUserPresence PresenceOf(WatchedAddress watched, string user, long ended)
    {
        PresenceEntry[] entries = [.. _peers.EntriesOf(user)];
        var isThere = watched.Address.Kind == WsmqAddressKind.User || entries.Any(e => e.Groups.Contains(watched.Address.Name));
        return isThere || entries.Length == 0
            ? PresenceMerge.Of(user, entries, ended)
            : new WsmqUserPresence { User = user, Status = WsmqPresenceStatus.Offline };
    }

    private void EndComplete()
    {
        foreach (var watched in _incomplete.Where(w => w.AddedIn <= _asked).ToArray())
        {
            if (Array.TrueForAll(_answered, n => _peers.MarkOf(n) >= watched.AddedIn))
                End(watched);
        }
    }

    private void End(WatchedAddress watched)
    {
        _incomplete.Remove(watched);
        _changed.Remove(watched);
        watched.Tell(PresenceOf);
        watched.Complete.TrySetResult();
    }

    // What nobody has watched is in the store only.
    private async Task ReadLastSeenAsync(WatchedAddress[] watched, CancellationToken cancellationToken)
    {
        var unknown = Array.FindAll(watched, w => w.Address.Kind == WsmqAddressKind.User
            && Read(w, u => u.User is { Status: WsmqPresenceStatus.Offline, LastSeen: null }));
        if (unknown.Length == 0 || options.Value.Presence.LastSeenExpiry == TimeSpan.Zero)
            return;
        try
        {
            var seen = await store.LastSeen.ReadAsync([.. unknown.Select(w => w.Address.Name)], cancellationToken);
            lock (_lock)
            {
                foreach (var user in unknown.Where(w => seen.ContainsKey(w.Address.Name)))
                    user.SetLastSeen(PresenceMerge.Time(seen[user.Address.Name] / 1000));
            }
        }
        catch (WsmqException e) when (e.Error.CanRetry)
        {
            // It is worth less than the answer.
            Log.PresenceNotAsked(logger, e, TimeSpan.Zero);
        }
    }
}
