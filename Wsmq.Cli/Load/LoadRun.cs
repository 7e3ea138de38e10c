using System.Diagnostics;
using Wsmq.Cli.Connecting;

namespace Wsmq.Cli.Load;

/// <summary>Runs a load: connects receivers and senders, sends, waits for what is missing, and counts.</summary>
/// <param name="settings">What it does.</param>
/// <param name="connect">Creates the connection of a user or device with this name.</param>
internal sealed class LoadRun(LoadSettings settings, Func<string, Session> connect) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly LoadLedger _ledger = new();
    private readonly List<Session> _sessions = [];

    public async Task<LoadResult> RunAsync(CancellationToken stop)
    {
        var receivers = new List<LoadReceiver>();
        for (var i = 0; i < settings.Receivers; i++)
            receivers.Add(new LoadReceiver(Open(settings.Receiver(i)), settings, _ledger));
        var senders = Enumerable.Range(0, settings.Senders).Select(i => new LoadSender(Open(settings.Sender(i)), i, settings, _ledger))
            .ToList();
        await Task.WhenAll(_sessions.Select(session => session.ConnectAsync(stop)));
        var begun = Stopwatch.StartNew();
        await Task.WhenAll(senders.Select(sender => sender.RunAsync(stop)));
        var sending = begun.Elapsed;
        await WaitAsync(receivers, stop);
        return Count(receivers, sending, begun.Elapsed);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions)
        {
            // Sends the last acks, so that nothing is delivered again to a later load.
            await session.Client.StopAsync(CancellationToken.None);
            await session.DisposeAsync();
        }
    }

    private Session Open(string name)
    {
        var session = connect(name);
        _sessions.Add(session);
        return session;
    }

    private async Task WaitAsync(List<LoadReceiver> receivers, CancellationToken stop)
    {
        var begun = Stopwatch.StartNew();
        while (Missing(receivers) > 0 && begun.Elapsed < settings.Patience && !stop.IsCancellationRequested)
            await Task.Delay(Interval, CancellationToken.None);
    }

    private long Missing(List<LoadReceiver> receivers) => receivers.Select((receiver, i) => (long)receiver.Missing(_ledger.StoredFor(i)))
        .Sum();

    private LoadResult Count(List<LoadReceiver> receivers, TimeSpan sending, TimeSpan all)
    {
        var received = receivers.Sum(receiver => (long)receiver.Received);
        return new LoadResult
        {
            Run = settings.Run,
            Seconds = Math.Round(all.TotalSeconds, 3),
            Sent = _ledger.Sent,
            Stored = _ledger.Stored,
            Received = received,
            StoredPerSecond = Math.Round(_ledger.Stored / sending.TotalSeconds, 1),
            ReceivedPerSecond = Math.Round(received / all.TotalSeconds, 1),
            Missing = Missing(receivers),
            Duplicates = receivers.Sum(receiver => receiver.Duplicates),
            OutOfOrder = receivers.Sum(receiver => receiver.OutOfOrder),
            Gaps = receivers.Sum(receiver => receiver.Gaps),
            Failed = _ledger.Refusals,
            ToReceipt = LoadTimes.Of(_ledger.ToReceipt),
            ToDelivery = LoadTimes.Of(_ledger.ToDelivery),
            Lateness = LoadTimes.Of(_ledger.Lateness),
            Remains = [],
        };
    }
}
