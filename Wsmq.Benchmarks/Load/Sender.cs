using System.Diagnostics;
using Wsmq.Benchmarks.Nodes;

namespace Wsmq.Benchmarks.Load;

/// <summary>
/// One sending connection. In a closed loop it keeps a window of messages outstanding and fills what an answer freed; in an open
/// loop it sends when it is told. Targets go round, so that a message's number tells its target and its number there.
/// </summary>
internal sealed class Sender(int number, string idPrefix, Target[] targets, int offset, int bodyBytes, IPublishFormat format, Connection connection)
    : IFrameHandler
{
    private readonly FrameWriter _frames = new();
    private long _sent;
    private long _settled;
    private long _limit;
    private int _window;

    public Connection Connection => connection;

    public long Sent => Volatile.Read(ref _sent);

    public bool IsSettled => Volatile.Read(ref _settled) == Sent;

    public async Task OpenAsync()
    {
        await connection.StartAsync(this);
        format.Open(_frames);
        if (_frames.Written.Length > 0)
            await connection.SendAsync(_frames.Written);
    }

    /// <summary>Begins a closed loop.</summary>
    /// <param name="window">How many may be outstanding.</param>
    /// <param name="messages">After how many it ends by itself.</param>
    public ValueTask StartAsync(int window, long messages = long.MaxValue / 2)
    {
        Volatile.Write(ref _limit, Sent + messages);
        Volatile.Write(ref _window, window);
        return FillAsync();
    }

    public void Stop() => Volatile.Write(ref _window, 0);

    /// <summary>Open loop: one message, as if sent when it was due.</summary>
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

    public void OnFrame(ReadOnlySpan<byte> frame) => Volatile.Write(ref _settled, _settled + format.Settled(frame));

    public ValueTask OnFramesHandledAsync() => Volatile.Read(ref _window) == 0 ? ValueTask.CompletedTask : FillAsync();

    private async ValueTask FillAsync()
    {
        await connection.EnterAsync();
        try
        {
            var free = Volatile.Read(ref _window) - (_sent - Volatile.Read(ref _settled));
            var count = (int)Math.Min(free, Volatile.Read(ref _limit) - _sent);
            if (count > 0)
                await WriteAsync(count, Stopwatch.GetTimestamp());
        }
        finally
        {
            connection.Leave();
        }
    }

    private ValueTask WriteAsync(int count, long time)
    {
        _frames.Clear();
        format.Begin(_frames);
        for (var i = 0; i < count; i++, _sent++)
        {
            format.BeginMessage(_frames, targets[(_sent + offset) % targets.Length], idPrefix, _sent);
            Body.Write(_frames.Take(bodyBytes), number, _sent / targets.Length, time);
            format.EndMessage(_frames);
        }

        format.End(_frames);
        return connection.WriteAsync(_frames.Written);
    }
}
