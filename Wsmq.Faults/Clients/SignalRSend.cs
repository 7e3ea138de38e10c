using Microsoft.AspNetCore.SignalR;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Clients;

/// <summary>A send of a plain client: repeated with the same id until it has a receipt, a final error, or timed out.</summary>
internal sealed class SignalRSend(WsmqOutgoingMessage message, Action<HistoryEvent> record)
{
    // Well below the deduplication window.
    private static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(15);

    private int _attempts;

    public async Task RunAsync(Func<SignalRConnection?> current, CancellationToken stop)
    {
        // Synchronous up to the first attempt, so that the lines of the history are in the order of the calls.
        var connection = current();
        record(Client.SendOf(message) with { Connection = connection?.Number });
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(GiveUp);
        while (!await TryAsync(connection, limit.Token))
        {
            await Task.Delay(Random.Shared.Next(100, 400), limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            connection = current();
        }
    }

    private async Task<bool> TryAsync(SignalRConnection? connection, CancellationToken limit)
    {
        if (limit.IsCancellationRequested)
            return Failed("outcome-unknown");
        _attempts++;
        if (connection is null)
            return false;
        try
        {
            var receipt = await connection.SendAsync(message, limit).WaitAsync(Attempt, limit);
            record(Client.ReceiptOf(message.Id!, receipt) with { Attempts = _attempts });
            return true;
        }
        catch (HubException e) when (WsmqError.Find(e.Message) is { CanRetry: false } final)
        {
            return Failed(final.Code);
        }
        catch (Exception)
        {
            // A retryable refusal, or disconnected.
            return false;
        }
    }

    private bool Failed(string code)
    {
        record(new HistoryEvent { Kind = EventKind.Failed, Id = message.Id, Why = code });
        return true;
    }
}
