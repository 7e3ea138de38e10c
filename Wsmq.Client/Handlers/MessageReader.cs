using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Wsmq;

/// <summary>One enumeration of <see cref="WsmqClient.ReadAllAsync"/>: a message counts as handled when the next one is requested.</summary>
internal sealed class MessageReader
{
    private readonly Channel<Offer> _offers = Channel.CreateBounded<Offer>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true, SingleWriter = false });

    private sealed record Offer(WsmqDelivery Delivery, CancellationToken Withdrawn)
    {
        public TaskCompletionSource<HandOver> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Completes when the app has handled the message, or has ended the enumeration before.</summary>
    public async Task<HandOver> HandOverAsync(WsmqDelivery delivery, RunTokens stop)
    {
        var offer = new Offer(delivery, stop.Begin);
        try
        {
            await _offers.Writer.WriteAsync(offer, stop.Begin).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            return HandOver.NotTaken;
        }

        return await offer.Done.Task.WaitAsync(stop.Handle).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<WsmqDelivery> ReadAsync(Action onEnd, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Offer? current = null;
        try
        {
            while (await _offers.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (_offers.Reader.TryRead(out current))
                {
                    if (current.Withdrawn.IsCancellationRequested)
                        continue;
                    yield return current.Delivery;
                    current.Done.TrySetResult(HandOver.Done);
                }
            }
        }
        finally
        {
            // First, or the source loops would keep offering messages to a reader that has ended.
            onEnd();
            Complete();
            current?.Done.TrySetResult(cancellationToken.IsCancellationRequested ? HandOver.NotTaken : HandOver.Left);
            while (_offers.Reader.TryRead(out var offer))
                offer.Done.TrySetResult(HandOver.NotTaken);
        }
    }

    /// <summary>Ends the enumeration.</summary>
    public void Complete() => _offers.Writer.TryComplete();
}

/// <summary>The outcome of offering a message to an enumeration.</summary>
internal enum HandOver
{
    /// <summary>The app requested the next message.</summary>
    Done,

    /// <summary>The enumeration ended before it returned the message, or was cancelled.</summary>
    NotTaken,

    /// <summary>The app left the enumeration while it handled the message: its loop threw, or was left with break.</summary>
    Left,
}
