using System.Diagnostics;

namespace Wsmq.Benchmarks.Load;

/// <summary>What a sender sends.</summary>
/// <param name="Number">Identifies the sender in the bodies of its messages.</param>
/// <param name="IdPrefix">The prefix of its message ids.</param>
/// <param name="Targets">The addresses, used in turn.</param>
/// <param name="Offset">The index of the first target.</param>
/// <param name="BodyBytes">The size of a body.</param>
/// <param name="UntilDelivered">Whether a message stays in the window until it is delivered, see <see cref="FanOutFlow"/>.</param>
internal sealed record SenderPlan(
    int Number, string IdPrefix, Target[] Targets, int Offset, int BodyBytes, bool UntilDelivered)
{
    /// <summary>How messages that are ready at the same time are written.</summary>
    public required InvocationWrites Writes { get; init; }
}

/// <summary>
/// One sending connection. In a closed loop it keeps a window of messages in flight and refills it with each answer; in an open loop the
/// pacer triggers each send. Targets are used in turn, so that a message's number determines its target and its number for that target.
/// </summary>
internal sealed class Sender(SenderPlan plan, IPublishFormat format, Connection connection) : IFrameHandler
{
    // A node limits the size of a frame, so messages that are sent together are split into several frames.
    private const int MaxFrameBytes = 128 * 1024;

    private readonly FrameWriter _frames = new();
    private long _sent;
    private long _settled;
    private long _delivered;
    private long _limit;
    private int _window;

    public Connection Connection => connection;

    public long Sent => Volatile.Read(ref _sent);

    /// <summary>The number of messages that were answered.</summary>
    public long Settled => Volatile.Read(ref _settled);

    public bool IsSettled => Settled == Sent;

    /// <summary>Whether all messages of the closed loop are sent and answered.</summary>
    public bool IsDone => Sent == Volatile.Read(ref _limit) && IsSettled;

    public async Task OpenAsync()
    {
        await connection.StartAsync(this);
        format.Open(_frames);
        if (_frames.Written.Length > 0)
            await connection.SendAsync(_frames.Written);
    }

    /// <summary>Begins a closed loop.</summary>
    /// <param name="window">The maximum number of messages in flight.</param>
    /// <param name="messages">The number of messages after which it ends by itself.</param>
    public ValueTask StartAsync(int window, long messages = long.MaxValue / 2)
    {
        Volatile.Write(ref _limit, Sent + messages);
        Volatile.Write(ref _window, window);
        return FillAsync();
    }

    public void Stop() => Volatile.Write(ref _window, 0);

    /// <summary>Open loop: sends one message, with the time at which it was due.</summary>
    public async ValueTask SendAsync(long due)
    {
        await connection.EnterAsync();
        try
        {
            await WriteAsync(1, due);
        }
        finally
        {
            connection.Leave();
        }
    }

    /// <summary>One more message was delivered to all members; only if the window counts deliveries.</summary>
    public ValueTask DeliveredAsync()
    {
        Interlocked.Increment(ref _delivered);
        return OnFramesHandledAsync();
    }

    public void OnFrame(ReadOnlySpan<byte> frame) => Volatile.Write(ref _settled, _settled + format.Settled(frame));

    public ValueTask OnFramesHandledAsync() => Volatile.Read(ref _window) == 0 ? ValueTask.CompletedTask : FillAsync();

    private async ValueTask FillAsync()
    {
        await connection.EnterAsync();
        try
        {
            var done = Volatile.Read(ref _settled);
            if (plan.UntilDelivered)
                done = Math.Min(done, Volatile.Read(ref _delivered));
            var free = Volatile.Read(ref _window) - (_sent - done);
            var count = (int)Math.Min(free, Volatile.Read(ref _limit) - _sent);
            if (count > 0)
                await WriteAsync(count, Stopwatch.GetTimestamp());
        }
        finally
        {
            connection.Leave();
        }
    }

    private async ValueTask WriteAsync(int count, long time)
    {
        var most = plan.Writes == InvocationWrites.Each && format.IsDivisible ? 1 : count;
        for (var left = count; left > 0; left -= most)
        {
            Write(Math.Min(left, most), time);
            await connection.WriteAsync(_frames.Written);
        }
    }

    private void Write(int count, long time)
    {
        _frames.Clear();
        format.Begin(_frames);
        for (var (i, begun) = (0, 0); i < count; i++, _sent++)
        {
            if (_frames.Written.Length - begun > MaxFrameBytes)
            {
                begun = _frames.Written.Length;
                format.End(_frames);
                format.Begin(_frames);
            }

            format.BeginMessage(_frames, plan.Targets[(_sent + plan.Offset) % plan.Targets.Length], plan.IdPrefix, _sent);
            Body.Write(_frames.Take(plan.BodyBytes), plan.Number, _sent / plan.Targets.Length, time);
            format.EndMessage(_frames);
        }

        format.End(_frames);
    }
}
