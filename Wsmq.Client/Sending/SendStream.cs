using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq;

/// <summary>
/// The stream that carries all sends of one connection: messages out, as many in an item as are ready, and results back by number.
/// Guarded by the outbox's lock.
/// </summary>
internal sealed class SendStream(HubSession session, Outbox outbox, Lock gate)
{
    private readonly Queue<PendingSend> _ready = new();
    private readonly Dictionary<long, PendingSend> _written = [];
    private readonly Wakeup _wake = new();
    private long _next;
    private bool _ended;

    public void Enqueue(PendingSend send)
    {
        _ready.Enqueue(send);
        _wake.Set();
    }

    /// <summary>Runs until the stream has ended, and then notifies the outbox; never fails.</summary>
    public async Task RunAsync()
    {
        var outcome = SendOutcome.Again;
        try
        {
            await foreach (var results in session.PublishAsync(FramesAsync()).ConfigureAwait(false))
            {
                lock (gate)
                    Take(results);
            }
        }
        catch (Exception e)
        {
            outcome = SendOutcome.From(e);
        }

        lock (gate)
            outbox.Ended(this, outcome);
    }

    /// <summary>Ends the stream and returns the sends without a result: first those that were written, in order, then the others.</summary>
    public IReadOnlyList<(PendingSend Send, bool WasWritten)> End()
    {
        _ended = true;
        _wake.Set();
        List<(PendingSend, bool)> left = [.. _written.OrderBy(w => w.Key).Select(w => (w.Value, true)), .. _ready.Select(s => (s, false))];
        _written.Clear();
        _ready.Clear();
        return left;
    }

    private async IAsyncEnumerable<SendFrame> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await _wake.WaitAsync(cancellationToken).ConfigureAwait(false);
            while (TryFill(out var frame))
                yield return frame;
            if (_ended)
                yield break;
        }
    }

    private bool TryFill([NotNullWhen(true)] out SendFrame? frame)
    {
        frame = null;
        lock (gate)
        {
            while (_ready.TryPeek(out var send) && frame?.HasRoomFor(send.Json) != false)
            {
                _ready.Dequeue();
                if (send.IsSettled || send.Lane!.Draining)
                {
                    // The caller has its outcome already, or the send would overtake those to be repeated.
                    outbox.Answered(send, SendOutcome.Again);
                    continue;
                }

                (frame ??= new SendFrame()).Add(send.Json);
                send.WasAttempted = true;
                _written.Add(_next++, send);
            }
        }

        return frame is not null;
    }

    private void Take(WsmqItemResult[] results)
    {
        foreach (var result in results)
        {
            if (_written.Remove(result.Number, out var send))
                outbox.Answered(send, OutcomeOf(result));
        }
    }

    private static SendOutcome OutcomeOf(WsmqItemResult result) => result.TryGetReceipt(out var receipt)
        ? new SendOutcome(receipt, null)
        : SendOutcome.From(new HubException(result.Error));
}
