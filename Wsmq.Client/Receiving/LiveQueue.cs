using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>Queues live pushes for their handlers, one after another. They are not durable, so a full queue drops the oldest.</summary>
internal sealed class LiveQueue
{
    private readonly Channel<WsmqLiveMessage> _queue;
    private readonly HandlerRegistry _handlers;
    private readonly ClientEvents _events;

    public LiveQueue(WsmqClientOptions options, HandlerRegistry handlers, ClientEvents events)
    {
        (_handlers, _events) = (handlers, events);
        _queue = Channel.CreateBounded<WsmqLiveMessage>(
            new BoundedChannelOptions(options.MaxBufferedLivePushes)
            {
                FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = false,
            },
            _ => Log.LiveDropped(events.Logger));
    }

    public void Add(WsmqLiveMessage message) => _queue.Writer.TryWrite(message);

    /// <param name="before">Completes when the handlers of the previous run have returned.</param>
    /// <param name="stop">Ends the loop.</param>
    public async Task RunAsync(Task before, RunTokens stop)
    {
        await before.WaitAsync(stop.Begin).ConfigureAwait(false);
        await foreach (var message in _queue.Reader.ReadAllAsync(stop.Begin).ConfigureAwait(false))
        {
            stop.Begin.ThrowIfCancellationRequested();
            try
            {
                await HandleAsync(message, stop.Handle).ConfigureAwait(false);
            }
            catch (Exception e) when (!stop.Begin.IsCancellationRequested)
            {
                _events.RaiseError(WsmqClientOperation.Live, e);
            }
        }
    }

    private Task HandleAsync(WsmqLiveMessage message, CancellationToken cancellationToken)
    {
        Exception? error = null;
        if (_handlers.FindLive(message.Type) is { } handler && handler.TryBind(message, out var call, out error))
            return call(cancellationToken);
        if (_handlers.LiveFallback is { } fallback)
            return fallback(message, cancellationToken);
        if (error is not null)
            _events.RaiseError(WsmqClientOperation.Live, error);
        return Task.CompletedTask;
    }
}
