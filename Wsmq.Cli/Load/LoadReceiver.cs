using Wsmq.Cli.Connecting;

namespace Wsmq.Cli.Load;

/// <summary>A connection that receives, and checks what it receives.</summary>
internal sealed class LoadReceiver
{
    private readonly Lock _gate = new();
    private readonly HashSet<(int Sender, long Number)> _received = [];
    private readonly Dictionary<int, long> _last = [];
    private readonly LoadSettings _settings;
    private readonly LoadLedger _ledger;

    public LoadReceiver(Session session, LoadSettings settings, LoadLedger ledger)
    {
        (_settings, _ledger) = (settings, ledger);
        session.Client.OnAny(OnDeliveryAsync);
        session.Client.Gap += (_, gap) => OnGap(gap);
    }

    public long Duplicates { get; private set; }

    public long OutOfOrder { get; private set; }

    public long Gaps { get; private set; }

    public int Received
    {
        get
        {
            lock (_gate)
                return _received.Count;
        }
    }

    /// <summary>How many of these it has not received.</summary>
    public int Missing(IEnumerable<(int Sender, long Number)> expected)
    {
        lock (_gate)
            return expected.Count(message => !_received.Contains(message));
    }

    private Task OnDeliveryAsync(WsmqDelivery delivery, CancellationToken cancellationToken)
    {
        // Messages of others, which a shared address can have, are acknowledged and not counted.
        if (LoadMessage.Read(_settings, delivery) is not { } message)
            return Task.CompletedTask;
        lock (_gate)
        {
            if (!_received.Add((message.Sender, message.Number)))
            {
                Duplicates++;
                return Task.CompletedTask;
            }

            if (_last.TryGetValue(message.Sender, out var last) && message.Number < last)
                OutOfOrder++;
            _last[message.Sender] = message.Number;
        }

        _ledger.OnReceived(message);
        return Task.CompletedTask;
    }

    private void OnGap(WsmqGapEventArgs gap)
    {
        // What was removed before this load came is no loss of it. What the load itself loses is missing in the end.
        if (Received == 0)
            return;
        lock (_gate)
            Gaps++;
        _ = CommandLine.WriteErrorAsync($"gap in {gap.Source} after {gap.After}: {gap.Reason}");
    }
}
