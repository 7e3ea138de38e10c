using System.Threading.Channels;

namespace RsmqBridge;

/// <summary>
/// The queues that may have messages, each at most once and in turn, so that a busy queue holds up no other. A queue is given to one caller
/// at a time, because two of them would mix up the order of its messages.
/// </summary>
internal sealed class ReadyQueues
{
    // Without a bound of its own: it holds each queue of RSMQ at most once.
    private readonly Channel<string> _turns = Channel.CreateUnbounded<string>();
    private readonly Dictionary<string, State> _states = new(StringComparer.Ordinal);

    private enum State
    {
        Waiting,
        Taken,
        TakenAndSignaled,
    }

    public void Signal(string queue)
    {
        lock (_states)
        {
            if (_states.TryAdd(queue, State.Waiting))
                _turns.Writer.TryWrite(queue);
            else if (_states[queue] == State.Taken)
                _states[queue] = State.TakenAndSignaled;
        }
    }

    public async ValueTask<string> TakeAsync(CancellationToken cancellationToken)
    {
        var queue = await _turns.Reader.ReadAsync(cancellationToken);
        lock (_states)
            _states[queue] = State.Taken;
        return queue;
    }

    /// <summary>Ends a turn; the queue gets another one if it may have more messages.</summary>
    public void Return(string queue, bool hasMore)
    {
        lock (_states)
        {
            if (_states.Remove(queue, out var state) && (hasMore || state == State.TakenAndSignaled))
                Signal(queue);
        }
    }
}
