using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Requests;

/// <summary>
/// Keeps what the store says of this node: at which addresses somebody answers here. Written only when that changes; again after an outage, in
/// which other nodes may have taken this one for gone; and in intervals, because entries of crashed nodes have to end some day.
/// </summary>
internal sealed class ResponderEntries(LocalResponders local, IStore store, TimeProvider time, ILogger<ResponderEntries> logger)
{
    private const int Stripes = 64;

    // Longer than another node's removal of an entry of this one may be on its way.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1))];
    private readonly Dictionary<WsmqAddress, IReadOnlyCollection<string>?> _written = [];
    private readonly BackgroundLoop _loop = new(time);
    private int _restored;

    // The loop's own: how many restorations were looked at, and whether entries are written once more soon.
    private int _seen;
    private bool _isRepeated;

    public void Start() => _loop.Start(
        RenewAsync, () => _isRepeated ? Soon : IResponderStore.Expiry / 3, (e, pause) => Log.RespondersNotStored(logger, e, pause));

    public async Task StopAsync()
    {
        await _loop.StopAsync();
        foreach (var turn in _turns)
        {
            await turn.WaitAsync();
            turn.Release();
        }
    }

    /// <summary>Writes what is answered at an address now, if that is not what was written last.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>; it is written later.</exception>
    public async Task UpdateAsync(WsmqAddress address, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(address, evenIfSame: false, cancellationToken);
        }
        catch (WsmqException)
        {
            Restore();
            throw;
        }
    }

    /// <summary>The same, in the background.</summary>
    public void Update(WsmqAddress address) => _ = UpdateAsync(address, CancellationToken.None).ContinueWith(
        t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    /// <summary>Entries may be lost: all are written again, and once more a little later. Returns at once.</summary>
    public void Restore()
    {
        Interlocked.Increment(ref _restored);
        _loop.Wake();
    }

    /// <summary>The node stops: its entries are removed.</summary>
    public void Withdraw()
    {
        foreach (var address in Written)
            Update(address);
    }

    private WsmqAddress[] Written
    {
        get
        {
            lock (_written)
                return [.. _written.Keys];
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var restored = Volatile.Read(ref _restored);
        foreach (var address in Written.Union(local.Addresses).ToArray())
            await WriteAsync(address, evenIfSame: true, cancellationToken);

        // Another node that took this one for gone may have removed an entry only now.
        (_isRepeated, _seen) = (restored != _seen, restored);
    }

    private async Task WriteAsync(WsmqAddress address, bool evenIfSame, CancellationToken cancellationToken)
    {
        var turn = _turns[(uint)address.GetHashCode() % Stripes];
        await turn.WaitAsync(cancellationToken);
        try
        {
            var types = local.TypesAt(address);
            lock (_written)
            {
                var isKnown = _written.TryGetValue(address, out var before);
                if (!evenIfSame && (isKnown ? Same(before, types) : types is { Count: 0 }))
                    return;

                // Before the call: if it has no answer, the entry may be there.
                if (!isKnown || types is not { Count: 0 })
                    _written[address] = types;
            }

            await store.Nodes.Responders.SetAsync(address, types, cancellationToken);
            lock (_written)
            {
                if (types is { Count: 0 })
                    _written.Remove(address);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private static bool Same(IReadOnlyCollection<string>? a, IReadOnlyCollection<string>? b) =>
        a is null || b is null ? a is null && b is null : a.SequenceEqual(b);
}
