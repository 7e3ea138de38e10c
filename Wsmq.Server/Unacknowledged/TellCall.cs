using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Unacknowledged;

/// <summary>One attempt to tell the hook of the messages of a user that this node has taken.</summary>
internal sealed class TellCall(TellServices services, TakenAddress taken, CancellationToken stop)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    // A hook that is cancelled is waited for, because it uses services of the app.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IUnacknowledgedStore _store = services.Store.Unacknowledged;

    /// <summary>Completes once the hook is not running any more, which may be after the attempt has failed: it may ignore its token.</summary>
    public Task HookEnded { get; private set; } = Task.CompletedTask;

    /// <summary>Returns after how long to look at the user again; null if another node has taken it.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>: it stays taken until its lease is over.</exception>
    public async Task<TimeSpan?> RunAsync()
    {
        // Also if the node stops meanwhile: what has begun is settled.
        if (await _store.BeginAsync(taken, services.Lease, CancellationToken.None) is not { } begun)
            return null;
        SettledAddress settled;
        try
        {
            settled = await AttemptAsync(begun);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreCorrupt)
        {
            settled = Corrupt(services, begun, e);
        }
        catch (Exception e)
        {
            // The hook was not called.
            settled = Again(begun, begun.From, begun.Attempts - 1, stop.IsCancellationRequested ? TimeSpan.Zero : FirstPause);
            if (!stop.IsCancellationRequested)
                Log.UnacknowledgedLookFailed(services.Logger, e, FirstPause);
        }

        await _store.SettleAsync([settled], CancellationToken.None);
        return TimeSpan.FromMicroseconds(Math.Max(0, settled.Due - services.Store.Now));
    }

    /// <summary>What becomes of an address whose log is corrupt: the others go on.</summary>
    public static SettledAddress Corrupt(TellServices services, TakenAddress address, WsmqException? cause)
    {
        Log.UnacknowledgedCorrupt(services.Logger, cause, address.Address.ToString(), IUnacknowledgedStore.PauseOfCorrupt);
        return new SettledAddress(address, address.From, 0, services.Store.Now + IUnacknowledgedStore.PauseOfCorrupt.Micros());
    }

    private async Task<SettledAddress> AttemptAsync(TakenAddress begun)
    {
        var acknowledged = await AcknowledgedAsync(stop);
        var isNew = acknowledged > begun.From;
        var (from, attempt) = isNew ? (acknowledged, 1) : (begun.From, begun.Attempts);
        var found = await FoundMessages.FindAsync(services.Store, services.Options, begun.Address, from, stop);
        var settled = new SettledAddress(begun, found.Through, 0, found.Next, found.Tail);
        if (found.Messages.Count == 0)
            return settled;

        // An attempt that ended its process has not been reported.
        if (attempt > services.Options.MaxAttempts)
        {
            GiveUp(found, attempt - 1, null);
            return settled;
        }

        try
        {
            await CallAsync(new WsmqUnacknowledged(begun.Address.Name, found.Messages, attempt, AcknowledgedAsync));
            services.Metrics.Unacknowledged("told", found.Messages.Count);
            return settled;
        }
        catch (Exception e)
        {
            return Failed(begun with { From = from, Attempts = attempt }, found, e) ?? settled;
        }
    }

    // Null if it is not tried again.
    private SettledAddress? Failed(TakenAddress attempt, FoundMessages found, Exception cause)
    {
        // The attempt does not count: another node makes it.
        if (stop.IsCancellationRequested)
            return Again(attempt, attempt.From, attempt.Attempts - 1, TimeSpan.Zero);
        if (attempt.Attempts >= services.Options.MaxAttempts)
        {
            GiveUp(found, attempt.Attempts, cause);
            return null;
        }

        var full = FirstPause * Math.Pow(2, Math.Min(attempt.Attempts - 1, 20));
        var pause = full < LongestPause ? full : LongestPause;
        services.Metrics.Unacknowledged("failed", found.Messages.Count);
        Log.UnacknowledgedFailed(services.Logger, cause, found.Messages.Count, taken.Address.ToString(), attempt.Attempts, pause);
        return Again(attempt, attempt.From, attempt.Attempts, pause);
    }

    private SettledAddress Again(TakenAddress address, WsmqPosition from, int attempts, TimeSpan pause) =>
        new(address, from, attempts, services.Store.Now + pause.Micros());

    private void GiveUp(FoundMessages found, int attempts, Exception? cause)
    {
        services.Metrics.Unacknowledged("given_up", found.Messages.Count);
        Log.UnacknowledgedGivenUp(services.Logger, cause, found.Messages.Count, taken.Address.ToString(), attempts);
    }

    private async Task CallAsync(WsmqUnacknowledged unacknowledged)
    {
        using var timeout = new CancellationTokenSource(services.Options.Timeout, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        var call = Task.Run(() => services.Hook!.Call(unacknowledged, either.Token), CancellationToken.None);
        HookEnded = call;
        try
        {
            await call.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!call.IsCompleted)
        {
            await Task.WhenAny(call, Task.Delay(Patience, services.Time, CancellationToken.None));
            if (!call.IsCompleted)
                Log.UnacknowledgedAbandoned(services.Logger, unacknowledged.Messages.Count, taken.Address.ToString());
            if (!call.IsCompletedSuccessfully)
                throw;
        }
    }

    private async Task<WsmqPosition> AcknowledgedAsync(CancellationToken cancellationToken) =>
        (await _store.ReachesAsync([taken.Address], cancellationToken))[0]?.Acknowledged ?? throw new WsmqException(WsmqErrors.StoreCorrupt);
}
