using System.Diagnostics;
using Wsmq.Faults.Checking;
using Wsmq.Faults.Clients;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Running;

/// <summary>
/// Records what users can read of their tracked messages at the end, once it is true for all that was handled, or when the time is over.
/// </summary>
internal sealed class StatusCheck(Crowd crowd, HistoryFile history)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public async Task RunAsync(CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        IReadOnlyList<HistoryEvent> seen;
        while (true)
        {
            seen = await ReadAsync(stop);
            if (HistoryChecker.Check([.. history.Events, .. seen.Select(s => s with { Time = double.MaxValue })]).StatusWrong == 0 || Stopwatch.GetElapsedTime(start) > Limit)
                break;
            await Task.Delay(1_000, stop);
        }

        Progress.Say($"statuses were read after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        foreach (var one in seen)
            history.Add(one);
    }

    // Without an answer of a client in the result, nothing is known of its user's messages.
    private async Task<IReadOnlyList<HistoryEvent>> ReadAsync(CancellationToken stop)
    {
        var sent = history.Events.Where(e => e.Kind == EventKind.Send && e.Track == true).ToList();
        List<HistoryEvent> seen = [];
        foreach (var client in crowd.OurClients)
        {
            var addresses = sent.Where(s => Client.UserOf(s.Device!) == client.User).Select(s => s.Address!).Distinct(StringComparer.Ordinal);
            if (await client.Tracker.TryReadAsync(addresses, stop) is { } read)
                seen.AddRange([.. read.Select(e => e with { Device = client.Name }), new HistoryEvent { Kind = EventKind.StatusesRead, Device = client.Name }]);
        }

        return seen;
    }
}
