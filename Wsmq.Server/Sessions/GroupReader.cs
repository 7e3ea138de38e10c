using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Sessions;

/// <summary>
/// Keeps what a session reads in step with its user's memberships: at the start, whenever the user's address is signalled or found changed,
/// and periodically, which also records that the device is still connected.
/// </summary>
internal sealed class GroupReader(Session session, Subscriptions subscriptions, IGroupManager liveGroups) : Worker
{
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromHours(1);

    // Joining one group after another would cost a user of many groups five round trips for each of them.
    private const int JoinsAtATime = 64;

    private readonly Lock _lock = new();
    private LazyStop _stop;

    // Set to null once it has completed, so that idle connections keep no memory for it.
    private TaskCompletionSource? _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Dictionary<string, WsmqPosition>? _joined;
    private LiveMemberships? _live;
    private long _noted;

    // Completes with the run that begins next; null while nobody waits for it.
    private TaskCompletionSource? _next;

    // A connected device must not expire.
    public static TimeSpan PeriodOf(WsmqOptions options) => TimeSpan.FromTicks(Math.Min(LongestPeriod.Ticks, options.Devices.Expiry.Ticks / 4));

    /// <summary>The number of groups of the user, at the last check.</summary>
    public int Count { get; private set; }

    public void Changed() => Wake();

    /// <summary>Checks again if the last check was too long ago.</summary>
    public void Sweep()
    {
        if (subscriptions.Time.GetElapsedTime(Volatile.Read(ref _noted)) >= PeriodOf(subscriptions.Options))
            Wake();
    }

    /// <summary>
    /// Completes once all groups of which the user was a member at the start are being read; cancelled by <see cref="StopAsync"/>.
    /// </summary>
    public Task Ready => Volatile.Read(ref _first)?.Task ?? Task.CompletedTask;

    /// <exception cref="TimeoutException">The groups were not read within the send timeout.</exception>
    public Task ReadyInTimeAsync(CancellationToken cancellationToken) =>
        Ready.WaitAsync(subscriptions.Options.Publish.SendTimeout, subscriptions.Time, cancellationToken);

    /// <summary>
    /// Waits until a group is read that the user has joined a moment ago, although no signal has told it yet. Completes at once if the user may
    /// not read it; such a call costs one read of the store.
    /// </summary>
    /// <exception cref="TimeoutException">The groups were not read within the send timeout.</exception>
    /// <exception cref="WsmqException"><c>store-unavailable</c>, or <c>read-not-allowed</c>: the authorizer has failed.</exception>
    public Task ReadJoinedAsync(WsmqAddress group, CancellationToken cancellationToken) =>
        WhenJoinedAsync(group, cancellationToken).WaitAsync(subscriptions.Options.Publish.SendTimeout, subscriptions.Time, cancellationToken);

    /// <summary>
    /// Reads the memberships in the background, the first time at once: a connection serves calls as soon as its own queue is read, however
    /// many groups its user is in.
    /// </summary>
    public void Start()
    {
        Begin();
        Wake();
    }

    public async Task StopAsync()
    {
        await _stop.RequestAsync();
        await EndAsync();
        Volatile.Read(ref _first)?.TrySetCanceled();
        TakeNext()?.TrySetCanceled();
        if (_live is not null)
            await _live.StopAsync();
    }

    protected override async ValueTask RunAsync()
    {
        var waited = TakeNext();
        try
        {
            Volatile.Write(ref _noted, subscriptions.Time.GetTimestamp());
            await new Backoff(subscriptions.Time).RetryAsync(
                NoteAndRefreshAsync, (e, delay) => Log.RefreshFailed(subscriptions.Logger, e, session.Connection.Id, delay), _stop.Token);
            waited?.TrySetResult();
            _stop.Rest();
        }
        catch (Exception) when (_stop.IsRequested)
        {
            // The connection is gone: there is no client to notify of a failure.
            waited?.TrySetCanceled();
        }
    }

    private async Task WhenJoinedAsync(WsmqAddress group, CancellationToken cancellationToken)
    {
        await Ready;
        if (session.TryGetPump(group, out _) || !await subscriptions.MayReadGroupAsync(session, group, cancellationToken))
            return;
        Task next;
        lock (_lock)
            next = (_next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        Wake();
        await next;
    }

    private TaskCompletionSource? TakeNext()
    {
        lock (_lock)
        {
            var next = _next;
            _next = null;
            return next;
        }
    }

    private async Task NoteAndRefreshAsync(CancellationToken cancellationToken)
    {
        // The first time, the session has just opened the cursor.
        if (_first is null)
            await subscriptions.Store.MessageLog.OpenCursorAsync(session.OwnQueue, session.Caller.UserId, session.Caller.Device, cancellationToken);
        await RefreshAsync(cancellationToken);
        Interlocked.Exchange(ref _first, null)?.TrySetResult();
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var memberships = await subscriptions.Store.Memberships.GroupsOfAsync(session.Caller.UserId, cancellationToken);
        var now = memberships.ToDictionary(m => m.Group, m => m.Joined, StringComparer.Ordinal);
        Count = now.Count;

        // A user who left and joined again between two checks starts again, too.
        foreach (var (group, joined) in _joined?.ToArray() ?? [])
        {
            if (!now.TryGetValue(group, out var current) || current != joined || IsHalted(group))
                await LeaveAsync(group);
        }

        var missing = memberships.Where(m => _joined?.ContainsKey(m.Group) != true).ToArray();
        if (missing.Length == 0)
            return;
        _joined ??= new(StringComparer.Ordinal);
        await Parallel.ForEachAsync(
            missing,
            new ParallelOptions { MaxDegreeOfParallelism = JoinsAtATime, CancellationToken = cancellationToken },
            (membership, stop) => JoinAsync(membership, stop));
    }

    private bool IsHalted(string group) => session.TryGetPump(WsmqAddress.Group(group), out var pump) && pump.Halted;

    private async ValueTask JoinAsync(Membership membership, CancellationToken cancellationToken)
    {
        var group = WsmqAddress.Group(membership.Group);
        try
        {
            await subscriptions.SubscribeGroupAsync(session, group, membership.Joined, cancellationToken);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.ReadNotAllowed)
        {
            // The authorizer refuses the user, or the user has just left; the next change is checked again.
            return;
        }
        catch (WsmqException e) when (!e.Error.CanRetry)
        {
            // One group that cannot be read must not stop its members from reading everything else.
            Log.GroupNotRead(subscriptions.Logger, e, group.ToString(), session.Connection.Id);
            return;
        }

        lock (_lock)
            _joined!.Add(membership.Group, membership.Joined);
        JoinLive(membership.Group);
    }

    // Created with the first group: on many nodes most users have none.
    private void JoinLive(string group)
    {
        lock (_lock)
        {
            if (_live is null)
                (_live = new LiveMemberships(session.Connection.Id, liveGroups, subscriptions.Time, subscriptions.Logger)).Start();
            _live.Add(group);
        }
    }

    private async Task LeaveAsync(string group)
    {
        await subscriptions.UnsubscribeAsync(session, WsmqAddress.Group(group));
        _joined?.Remove(group);
        _live?.Remove(group);
    }
}
