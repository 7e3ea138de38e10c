using System.Collections.Concurrent;

namespace Wsmq;

/// <summary>The sources of which the app keeps a copy of its data.</summary>
internal sealed class SnapshotRegistry
{
    private readonly ConcurrentDictionary<WsmqAddress, Snapshot> _all = new();

    private volatile bool _any;

    public IEnumerable<WsmqAddress> Sources => _all.Keys;

    /// <summary>Whether there has been a snapshot: without one, a message costs no look.</summary>
    public bool Any => _any;

    /// <summary>The client starts: no load has to wait for the ones before.</summary>
    public void Restart()
    {
        foreach (var snapshot in _all.Values)
            snapshot.Loads = 0;
    }

    /// <exception cref="InvalidOperationException">The source has a snapshot already.</exception>
    public IDisposable Add(WsmqAddress source, Func<CancellationToken, Task<WsmqPosition>> load)
    {
        var snapshot = new Snapshot(this, source, load);
        _any = true;
        return _all.TryAdd(source, snapshot)
            ? snapshot
            : throw new InvalidOperationException($"{source} has a snapshot already: dispose it before.");
    }

    /// <summary>Returns the snapshot of a source; null if it has none.</summary>
    public Snapshot? Of(WsmqAddress source) => _all.GetValueOrDefault(source);

    /// <summary>A registration: two are different, even if they have the same function.</summary>
    internal sealed class Snapshot(SnapshotRegistry owner, WsmqAddress source, Func<CancellationToken, Task<WsmqPosition>> load) : IDisposable
    {
        /// <summary>Loads the data, replaces the copy, and returns the position of the data.</summary>
        public Func<CancellationToken, Task<WsmqPosition>> Load => load;

        /// <summary>The loads since a message of the source was handled last. Only its loop uses it.</summary>
        public int Loads { get; set; }

        public void Dispose() => owner._all.TryRemove(KeyValuePair.Create(source, this));
    }
}
