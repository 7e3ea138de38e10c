using System.Globalization;

namespace Wsmq.Benchmarks.Load;

/// <summary>A client that sends over the stream as fast as its socket accepts it, without waiting for answers.</summary>
internal sealed class Flooder(Peer peer, Uri node, string user, HttpMessageInvoker http) : IFrameHandler, ISideLoad
{
    private const int MessagesAFrame = 100;

    private readonly LoadFailure _failure = new();
    private readonly FrameWriter _frames = new();
    private readonly StreamFormat _format = new();
    private Connection? _connection;
    private Task _loop = Task.CompletedTask;
    private volatile bool _stop;
    private long _sent;
    private long _answered;
    private long _refused;

    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"the flooder sent {Volatile.Read(ref _sent)}, {Volatile.Read(ref _answered)} were answered, of these {Volatile.Read(ref _refused)} with an error");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _connection = new Connection(_failure);
        await _connection.OpenAsync(peer.AddressOf(node, user, group: null), http, cancellationToken);
        await _connection.StartAsync(this);
        _format.Open(_frames);
        await _connection.SendAsync(_frames.Written);
        _loop = Task.Run(RunAsync, cancellationToken);
    }

    public void OnFrame(ReadOnlySpan<byte> frame)
    {
        var results = frame.Count("\"number\":"u8);
        Volatile.Write(ref _answered, _answered + results);
        Volatile.Write(ref _refused, _refused + frame.Count("\"error\":"u8));
    }

    public ValueTask OnFramesHandledAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _stop = true;
        if (_connection is null)
            return;

        // Disposed before the loop ends, because its send may be blocked by a node that does not read.
        await _connection.DisposeAsync();
        await _loop;
    }

    private async Task RunAsync()
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{user}-");
        try
        {
            while (!_stop)
            {
                _frames.Clear();
                _format.Begin(_frames);
                for (var i = 0; i < MessagesAFrame; i++)
                {
                    _format.BeginMessage(_frames, new Target(IsGroup: false, "flooded"), prefix, _sent + i);
                    Body.Write(_frames.Take(CrowdPlan.UsualBodyBytes), 0, _sent + i, 0);
                    _format.EndMessage(_frames);
                }

                _format.End(_frames);
                await _connection!.SendAsync(_frames.Written);
                Volatile.Write(ref _sent, _sent + MessagesAFrame);
            }
        }
        catch (Exception) when (_stop)
        {
            // The socket was disposed during a send.
        }
        catch (Exception e)
        {
            _failure.Set(e);
        }
    }
}
