using System.Diagnostics;

namespace Wsmq.Benchmarks.Load;

/// <summary>One receiving connection: checks the deliveries, and acknowledges them if the peer has acknowledgements.</summary>
internal sealed class Receiver(Connection connection, SequenceCheck check, Acknowledger? acks, LatencyRecorder latencies, FanOutFlow? flow)
    : IFrameHandler
{
    private readonly TaskCompletionSource<long> _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _awaited = long.MaxValue;
    private int _together;

    public Connection Connection => connection;

    public SequenceCheck Check => check;

    public Task OpenAsync() => connection.StartAsync(this);

    /// <summary>The time at which this many deliveries had arrived. Call it before connecting.</summary>
    public Task<long> TimeOfAsync(long deliveries)
    {
        _awaited = deliveries;
        return _complete.Task;
    }

    public void OnFrame(ReadOnlySpan<byte> frame)
    {
        var count = 0;
        for (var rest = frame; rest.IndexOf(Body.Mark) is >= 0 and var at; count++)
        {
            rest = rest[at..];
            if (!Body.TryRead(rest, out var sender, out var number, out var time))
                throw Connection.Unexpected(frame);
            check.Add(sender, number);
            latencies.Add(time);
            rest = rest[Body.SmallestBytes..];
        }

        // A frame without a body, such as a gap or a stall notice, must not occur in a run.
        if (count == 0)
            throw Connection.Unexpected(frame);
        if (check.Received >= _awaited)
            _complete.TrySetResult(Stopwatch.GetTimestamp());
        acks?.Delivered(frame, count);
        _together += count;
    }

    public async ValueTask OnFramesHandledAsync()
    {
        var count = _together;
        _together = 0;
        if (acks is not null)
            await acks.SendAsync(Acknowledger.Deliveries);
        if (flow is not null)
            await flow.DeliveredAsync(count);
    }

    /// <summary>Acknowledges the deliveries that no full batch has acknowledged.</summary>
    public ValueTask FlushAsync() => acks is null ? ValueTask.CompletedTask : acks.SendAsync(atLeast: 1);
}
