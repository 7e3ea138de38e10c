using Microsoft.Extensions.Logging;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Presence;

/// <summary>
/// Tells the nodes that watch what happens on this one. This node is one of them: its own watches learn of its own users in the same way.
/// </summary>
internal sealed class PresenceSource
{
    private static readonly TimeSpan LongestFlush = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, PresenceWatcher> _watchers = new(StringComparer.Ordinal);
    private readonly Dictionary<WsmqAddress, List<PresenceWatcher>> _byAddress = [];
    private readonly PresenceTable _table;
    private readonly IStore _store;
    private readonly PresenceClock _clock;
    private readonly ILogger _logger;

    public PresenceSource(PresenceTable table, IStore store, PresenceClock clock, ILogger<PresenceSource> logger)
    {
        (_table, _store, _clock, _logger) = (table, store, clock, logger);
        table.Changed = Changed;
    }

    /// <summary>Answers the question of a node that watches; null if it is none.</summary>
    public byte[]? Answer(ReadOnlyMemory<byte> message)
    {
        if (PresenceJson.Read(message, PresenceJson.Default.PresenceQuestion) is not { IsWhole: true } question)
            return null;
        PresenceWatcher watcher;
        List<WsmqAddress> added;
        bool all;
        lock (_lock)
        {
            Forget();
            if (!_watchers.TryGetValue(question.Watcher, out watcher!))
                _watchers.Add(question.Watcher, watcher = new PresenceWatcher(question.Watcher, _table, _store, _clock, _logger));
            all = watcher.Asked(question.Have.TryGetValue(_store.Nodes.Self, out var have) ? have : null);
            if (!question.IsNew && watcher.List != question.Base && watcher.List != question.List)
                return Write(watcher.List, 0);
            (added, var removed) = watcher.Change(question);
            Index(watcher, added, removed);
            all = watcher.Owes(all, question.Continues);
            if (all && question.Continues)
                return Write(question.List, 0);
        }

        // Outside of the lock, and after the index: who connects meanwhile is announced in any case.
        var users = (all ? watcher.Addresses : [.. added]).SelectMany(_table.UsersOf).Distinct(StringComparer.Ordinal).ToArray();
        return Write(question.List, watcher.Complete(users, question.List, all) ? question.List : 0);
    }

    /// <summary>Sends what waits, for as long as that takes within a second: this node stops.</summary>
    public async Task FlushAsync()
    {
        PresenceWatcher[] watchers;
        lock (_lock)
            watchers = [.. _watchers.Values];
        foreach (var watcher in watchers)
            watcher.Hurry();
        await Task.WhenAny(Task.WhenAll(watchers.Select(w => w.WhenIdle())), Task.Delay(LongestFlush, _clock.Time));
        _clock.End();
        await Task.WhenAll(watchers.Select(w => w.WhenIdle()));
    }

    private static byte[] Write(long list, long mark) =>
        PresenceJson.Write(new PresenceAnswer { List = list, Mark = mark }, PresenceJson.Relaxed.PresenceAnswer);

    private void Changed(string user, IReadOnlyCollection<string> groups)
    {
        lock (_lock)
        {
            if (_byAddress.Count == 0)
                return;
            Forget();
            Tell(WsmqAddress.User(user), user);
            foreach (var group in groups)
                Tell(WsmqAddress.Group(group), user);
        }
    }

    private void Tell(WsmqAddress address, string user)
    {
        foreach (var watcher in _byAddress.GetValueOrDefault(address) ?? [])
            watcher.Enqueue(user);
    }

    private void Index(PresenceWatcher watcher, List<WsmqAddress> added, List<WsmqAddress> removed)
    {
        foreach (var address in removed)
        {
            if (_byAddress.TryGetValue(address, out var watchers) && watchers.Remove(watcher) && watchers.Count == 0)
                _byAddress.Remove(address);
        }

        foreach (var address in added)
        {
            if (!_byAddress.TryGetValue(address, out var watchers))
                _byAddress.Add(address, watchers = []);
            watchers.Add(watcher);
        }
    }

    // Who has not asked for the lease is gone, and is sent nothing any more.
    private void Forget()
    {
        foreach (var (node, watcher) in _watchers.Where(w => w.Value.IsOver).ToArray())
        {
            _watchers.Remove(node);
            Index(watcher, [], [.. watcher.Addresses]);
        }
    }
}
