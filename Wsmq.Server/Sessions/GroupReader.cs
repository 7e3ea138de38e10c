using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Sessions;

/// <summary>
/// Keeps what a session reads in step with its user's memberships: at the start, whenever the user's address is signalled or
/// found changed, and once in a while, which also notes that the device is still there.
/// </summary>
internal sealed class GroupReader(Session session, SessionServices services) : Worker
{
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stop = new();
    private Dictionary<string, Position>? _joined;
    private long _noted;

    // A device that is connected must not expire.
    public static TimeSpan PeriodOf(WsmqOptions options) => TimeSpan.FromTicks(Math.Min(LongestPeriod.Ticks, options.DeviceExpiry.Ticks / 4));

    public void Changed() => Wake();

    /// <summary>Looks again where the last look was too long ago.</summary>
    public void Sweep()
    {
        if (services.Time.GetElapsedTime(Volatile.Read(ref _noted)) >= PeriodOf(services.Options))
            Wake();
    }

    /// <summary>Reads the memberships for the first time; from then on by itself.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _noted = services.Time.GetTimestamp();
        await RefreshAsync(cancellationToken);
        Begin();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await EndAsync();
        _stop.Dispose();
    }

    protected override async ValueTask RunAsync()
    {
        try
        {
            Volatile.Write(ref _noted, services.Time.GetTimestamp());
            await new Backoff(services.Time).RetryAsync(
                NoteAndRefreshAsync, (e, delay) => Log.RefreshFailed(services.Logger, e, session.Connection.Id, delay), _stop.Token);
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The connection is gone, and with it whoever would want to hear of a failure.
        }
    }

    private async Task NoteAndRefreshAsync(CancellationToken cancellationToken)
    {
        await services.Store.Log.OpenCursorAsync(session.OwnQueue, session.Caller.UserId, session.Caller.Device, cancellationToken);
        await RefreshAsync(cancellationToken);
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var memberships = await services.Store.Memberships.GroupsOfAsync(session.Caller.UserId, cancellationToken);
        var now = memberships.ToDictionary(m => m.Group, m => m.Joined, StringComparer.Ordinal);

        // Somebody who left and joined again between two looks starts anew as well.
        foreach (var (group, joined) in _joined?.ToArray() ?? [])
        {
            if (!now.TryGetValue(group, out var current) || current != joined || IsHalted(group))
                await LeaveAsync(group, cancellationToken);
        }

        foreach (var membership in memberships)
        {
            if (_joined?.ContainsKey(membership.Group) != true)
                await JoinAsync(membership, cancellationToken);
        }
    }

    private bool IsHalted(string group) => session.TryGetPump(Address.Group(group), out var pump) && pump.Halted;

    private async Task JoinAsync(Membership membership, CancellationToken cancellationToken)
    {
        try
        {
            await services.ReadAsync(session, Address.Group(membership.Group), membership.Joined, cancellationToken);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.ReadNotAllowed)
        {
            // The authorizer keeps the user out, or the user left just now; the next change is looked at again.
            return;
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreDamaged)
        {
            // One group that another program has spoilt must not keep its members out of everything else.
            Log.DamagedGroup(services.Logger, e, $"group:{membership.Group}", session.Connection.Id);
            return;
        }

        try
        {
            await services.LiveGroups.AddToGroupAsync(session.Connection.Id, membership.Group, cancellationToken);
        }
        catch
        {
            // The next attempt starts with the reading again: a second pump beside this one would deliver everything twice.
            await services.StopReadingAsync(session, Address.Group(membership.Group));
            throw;
        }

        (_joined ??= new(StringComparer.Ordinal)).Add(membership.Group, membership.Joined);
    }

    private async Task LeaveAsync(string group, CancellationToken cancellationToken)
    {
        await services.StopReadingAsync(session, Address.Group(group));
        await services.LiveGroups.RemoveFromGroupAsync(session.Connection.Id, group, cancellationToken);
        _joined?.Remove(group);
    }
}
