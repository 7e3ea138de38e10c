using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Wsmq;

/// <summary>One enumeration of <see cref="WsmqClient.ReadAllAsync"/>: a message counts as handled when the next one is asked for.</summary>
internal sealed class MessageReader
{
    private readonly Channel<Offer> _offers = Channel.CreateBounded<Offer>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true, SingleWriter = false });

    private sealed record Offer(Delivery Delivery, CancellationToken Withdrawn)
    {
        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>True when the app is done with the message; false when it ended the enumeration before.</summary>
    public async Task<bool> HandOverAsync(Delivery delivery, CancellationToken ct)
    {
        var offer = new Offer(delivery, ct);
        try
        {
            await _offers.Writer.WriteAsync(offer, ct).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            return false;
        }

        return await offer.Done.Task.WaitAsync(ct).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<Delivery> ReadAsync(Action onEnd, [EnumeratorCancellation] CancellationToken ct)
    {
        Offer? current = null;
        try
        {
            while (await _offers.Reader.WaitToReadAsync(ct).ConfigureAwait(false))
            {
                while (_offers.Reader.TryRead(out current))
                {
                    if (current.Withdrawn.IsCancellationRequested)
                        continue;
                    yield return current.Delivery;
                    current.Done.TrySetResult(true);
                }
            }
        }
        finally
        {
            // First, or the source loops would offer to a reader that takes nothing any more, again and again.
            onEnd();
            Complete();
            current?.Done.TrySetResult(false);
            while (_offers.Reader.TryRead(out var offer))
                offer.Done.TrySetResult(false);
        }
    }

    /// <summary>Ends the enumeration.</summary>
    public void Complete() => _offers.Writer.TryComplete();
}
