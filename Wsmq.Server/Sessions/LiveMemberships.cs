using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Sessions;

/// <summary>
/// Keeps one connection in the SignalR groups of its memberships, independently of durable messages. Several groups are joined
/// concurrently: each join waits until Redis has confirmed it, so that a thousand take some round trips and not a thousand.
/// </summary>
internal sealed class LiveMemberships(string connectionId, IGroupManager groups, TimeProvider time, ILogger logger) : Worker
{
    private const int AtATime = 64;

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly HashSet<string> _wanted = new(StringComparer.Ordinal);
    private readonly Queue<string> _changed = [];
    private readonly HashSet<string> _joined = new(StringComparer.Ordinal);

    public void Start() => Begin();

    public void Add(string group) => Change(group, wanted: true);

    public void Remove(string group) => Change(group, wanted: false);

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
            while (Take() is { Count: > 0 } some && !_stop.IsCancellationRequested)
                await Task.WhenAll(some.Select(FollowAsync));
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The connection is gone, and SignalR removes it from all its groups.
        }
    }

    private Task FollowAsync(string group) => new Backoff(time).RetryAsync(
        _ => ApplyAsync(group), (e, delay) => Log.LiveGroupFailed(logger, e, connectionId, delay), _stop.Token);

    private void Change(string group, bool wanted)
    {
        lock (_lock)
        {
            if (wanted ? !_wanted.Add(group) : !_wanted.Remove(group))
                return;
            _changed.Enqueue(group);
        }

        Wake();
    }

    // Each group once: one that has changed twice is applied once, and is not joined and left at the same time.
    private HashSet<string> Take()
    {
        var some = new HashSet<string>(StringComparer.Ordinal);
        lock (_lock)
        {
            while (some.Count < AtATime && _changed.TryDequeue(out var group))
                some.Add(group);
        }

        return some;
    }

    // Checked in each attempt: the membership may have ended while the backplane was unavailable.
    private async Task ApplyAsync(string group)
    {
        bool wanted;
        lock (_lock)
        {
            wanted = _wanted.Contains(group);
            if (wanted == _joined.Contains(group))
                return;
        }

        if (wanted)
            await JoinAsync(group);
        else
            await groups.RemoveFromGroupAsync(connectionId, group, _stop.Token);
        lock (_lock)
            _ = wanted ? _joined.Add(group) : _joined.Remove(group);
    }

    private async Task JoinAsync(string group)
    {
        try
        {
            await groups.AddToGroupAsync(connectionId, group, _stop.Token);
        }
        catch
        {
            // SignalR records the group before it subscribes: without this the next attempt would find it joined and do nothing.
            await groups.RemoveFromGroupAsync(connectionId, group, _stop.Token);
            throw;
        }
    }
}
