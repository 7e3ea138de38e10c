using System.Diagnostics;
using Wsmq.Cli.Connecting;

namespace Wsmq.Cli.Load;

/// <summary>
/// A connection that sends at a fixed rate. It does not wait for receipts, so that a slow deployment does not lower the rate and hide its
/// own latency.
/// </summary>
internal sealed class LoadSender(Session session, int sender, LoadSettings settings, LoadLedger ledger)
{
    // A timer is not finer: what became due meanwhile is sent together.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(2);

    public async Task RunAsync(CancellationToken stop)
    {
        var interval = TimeSpan.FromSeconds((double)settings.Senders / settings.Rate);

        // The senders' times are between each other's.
        var offset = interval * sender / settings.Senders;
        var receipts = new List<Task>();
        var begun = Stopwatch.GetTimestamp();
        var total = settings.CountOf(sender);
        for (long number = 0; number < total && !stop.IsCancellationRequested; number++)
        {
            var due = offset + interval * number;
            while (Stopwatch.GetElapsedTime(begun) < due && !stop.IsCancellationRequested)
                await Task.Delay(Tick, CancellationToken.None);
            ledger.OnSending(Stopwatch.GetElapsedTime(begun) - due);
            receipts.Add(SendAsync(number));
            if (receipts.Count % 1_000 == 0)
                receipts.RemoveAll(receipt => receipt.IsCompleted);
        }

        await Task.WhenAll(receipts);
    }

    private async Task SendAsync(long number)
    {
        var receiver = settings.To is null ? (int)((sender + number) % settings.Receivers) : -1;
        var message = new LoadMessage(sender, number, Stopwatch.GetTimestamp());
        try
        {
            await session.WhileHopeful(session.Client.SendAsync(
                LoadMessage.Write(settings, settings.AddressOf(receiver), sender, number, message.SentAt), CancellationToken.None));
            ledger.OnStored(receiver, message);
        }
        catch (Exception e)
        {
            // Counted by code, and reported at the end.
            ledger.OnFailed(e);
        }
    }
}
