using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Sessions;

/// <summary>
/// Keeps one connection in the SignalR groups of its memberships: one call at a time and apart from what is durable, because
/// SignalR's Redis backplane subscribes one channel after another (10 s for 1,000 groups at 10 ms a round trip).
/// </summary>
internal sealed class LiveMemberships(string connectionId, SessionServices services) : Worker
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly HashSet<string> _wanted = new(StringComparer.Ordinal);
    private readonly Queue<string> _changed = [];

    // Used by the runs only.
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
            while (TryTake(out var group) && !_stop.IsCancellationRequested)
            {
                await new Backoff(services.Time).RetryAsync(
                    _ => ApplyAsync(group), (e, delay) => Log.LiveGroupFailed(services.Logger, e, connectionId, delay), _stop.Token);
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The connection is gone, and SignalR takes it out of all its groups.
        }
    }

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

    private bool TryTake(out string group)
    {
        lock (_lock)
            return _changed.TryDequeue(out group!);
    }

    // Looked at in each attempt: the membership may have ended while the backplane was away.
    private async Task ApplyAsync(string group)
    {
        bool wanted;
        lock (_lock)
            wanted = _wanted.Contains(group);
        if (wanted == _joined.Contains(group))
            return;
        if (!wanted)
        {
            await services.LiveGroups.RemoveFromGroupAsync(connectionId, group, _stop.Token);
            _joined.Remove(group);
            return;
        }

        await JoinAsync(group);
        _joined.Add(group);
    }

    private async Task JoinAsync(string group)
    {
        try
        {
            await services.LiveGroups.AddToGroupAsync(connectionId, group, _stop.Token);
        }
        catch
        {
            // SignalR notes the group before it subscribes: without this the next attempt would find it joined and do nothing.
            await services.LiveGroups.RemoveFromGroupAsync(connectionId, group, _stop.Token);
            throw;
        }
    }
}
