using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Wsmq.Server.Publishing;

/// <summary>
/// The waiting sends of one lane. Those of the app, which has no limits, wait apart from those of clients: ten thousand messages at once to
/// all users must not delay what a user sends.
/// </summary>
internal sealed class SendQueue
{
    private readonly Channel<QueuedSend> _clients;
    private readonly Channel<QueuedSend> _app;
    private Task<bool>? _clientsReadable;
    private Task<bool>? _appReadable;
    private Task<bool>? _eitherReadable;

    /// <param name="capacity">The capacity for clients, and that for the app.</param>
    public SendQueue(int capacity) => (_clients, _app) = (Create(capacity), Create(capacity));

    /// <summary>The number of waiting sends.</summary>
    public int Count => _clients.Reader.Count + _app.Reader.Count;

    /// <summary>Whether all sends were read, and none can follow.</summary>
    public bool IsCompleted => _clients.Reader.Completion.IsCompleted && _app.Reader.Completion.IsCompleted;

    public ChannelWriter<QueuedSend> WriterOf(QueuedSend send) => (send.IsOfServer ? _app : _clients).Writer;

    public bool TryRead(bool ofApp, [NotNullWhen(true)] out QueuedSend? send) => (ofApp ? _app : _clients).Reader.TryRead(out send);

    /// <summary>
    /// Completes when there may be something to read; with false if there will be nothing any more. One wait at a time for each of both,
    /// kept over the rounds in which another task completed first.
    /// </summary>
    public Task<bool> ReadableAsync()
    {
        var clients = _clientsReadable = Wait(_clientsReadable, _clients.Reader);
        var app = _appReadable = Wait(_appReadable, _app.Reader);
        if (app.IsCompletedSuccessfully)
            return app.Result ? app : clients;
        if (clients.IsCompletedSuccessfully)
            return clients.Result ? clients : app;
        return _eitherReadable is { IsCompleted: false } either ? either : _eitherReadable = EitherAsync(clients, app);
    }

    public void Complete()
    {
        _clients.Writer.TryComplete();
        _app.Writer.TryComplete();
    }

    private static Channel<QueuedSend> Create(int capacity) => Channel.CreateBounded<QueuedSend>(new BoundedChannelOptions(capacity)
    {
        SingleReader = true,
        SingleWriter = false,
        FullMode = BoundedChannelFullMode.Wait,
    });

    private static Task<bool> Wait(Task<bool>? before, ChannelReader<QueuedSend> reader) =>
        before is { IsCompleted: false } ? before : reader.WaitToReadAsync().AsTask();

    private static async Task<bool> EitherAsync(Task<bool> clients, Task<bool> app)
    {
        var first = await Task.WhenAny(clients, app);
        return await first || await (first == clients ? app : clients);
    }
}
