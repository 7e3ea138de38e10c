using System.Collections.Concurrent;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Unacknowledged;

/// <summary>
/// Takes the users of one lane whose messages are due, and tells the hook of those that no device has acknowledged. Mostly all are acknowledged:
/// these are settled many in one call.
/// </summary>
/// <param name="lane">The lane.</param>
/// <param name="services">What all lanes share.</param>
/// <param name="slots">Bounds the calls of the hook on this node.</param>
internal sealed class TellLane(int lane, TellServices services, SemaphoreSlim slots)
{
    private const int MostTaken = 128;
    private static readonly TimeSpan LongestUnseen = TimeSpan.FromMinutes(1);

    // Users who are due one after another are taken together.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    private readonly NextLook _next = new(services.Time, Longest(services.Options));
    private readonly ConcurrentDictionary<Task, bool> _calls = new();
    private readonly IUnacknowledgedStore _store = services.Store.Unacknowledged;

    public void Start() => _next.Start(LookAsync, (e, delay) => Log.UnacknowledgedLookFailed(services.Logger, e, delay));

    public async Task StopAsync()
    {
        await _next.StopAsync();
        await Task.WhenAll(_calls.Keys);
    }

    // What is noted after a look is due no sooner.
    private static TimeSpan Longest(WsmqUnacknowledgedOptions options) =>
        options.After + options.Gather is var due && due < LongestUnseen ? due : LongestUnseen;

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        TakenAddresses taken;
        do
        {
            taken = await _store.TakeAsync(lane, services.Lease, MostTaken, cancellationToken);
            if (taken.Addresses.Count > 0)
                await HandleAsync(taken.Addresses, cancellationToken);
        }
        while (taken.Addresses.Count > 0);
        if (taken.Wait is { } wait)
            Note(wait);
    }

    private async Task HandleAsync(IReadOnlyList<TakenAddress> taken, CancellationToken cancellationToken)
    {
        var reaches = await _store.ReachesAsync([.. taken.Select(t => t.Address)], cancellationToken);
        var (settled, open) = (new List<SettledAddress>(), new List<TakenAddress>());
        foreach (var (address, reach) in taken.Zip(reaches))
        {
            if (reach is not { } known)
                settled.Add(TellCall.Corrupt(services, address, cause: null));
            else if (known.Acknowledged >= known.Tail)
                settled.Add(new SettledAddress(address, known.Tail, 0, known.Tail.Value + services.Options.DueAfter, known.Tail));
            else
                open.Add(address);
        }

        await _store.SettleAsync(settled, cancellationToken);
        for (var i = 0; i < open.Count; i++)
        {
            try
            {
                await slots.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Another node is to have them at once.
                var now = services.Store.Now;
                await _store.SettleAsync([.. open.Skip(i).Select(a => new SettledAddress(a, a.From, a.Attempts, now))], CancellationToken.None);
                throw;
            }

            Begin(TellAsync(open[i], cancellationToken));
        }
    }

    private void Begin(Task call)
    {
        _calls.TryAdd(call, true);
        _ = call.ContinueWith(
            ended => _calls.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task TellAsync(TakenAddress address, CancellationToken stop)
    {
        var call = new TellCall(services, address, stop);
        try
        {
            if (await call.RunAsync() is { } wait)
                Note(wait);
        }
        catch (Exception e)
        {
            // It stays taken until its lease is over.
            if (!stop.IsCancellationRequested)
                Log.UnacknowledgedLookFailed(services.Logger, e, services.Lease);
        }
        finally
        {
            _ = ReleaseAsync(call.HookEnded);
        }
    }

    // A hook that ignores its token keeps its place until it ends. The node does not wait for it when it stops.
    private async Task ReleaseAsync(Task hookEnded)
    {
        await hookEnded.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            slots.Release();
        }
        catch (ObjectDisposedException)
        {
            // The node has stopped.
        }
    }

    private void Note(TimeSpan wait) => _next.Note(wait > ShortestPause ? wait : ShortestPause);
}
