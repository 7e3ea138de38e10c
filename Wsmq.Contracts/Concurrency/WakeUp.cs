using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Wsmq;

/// <summary>Wakes a loop that waits for work. It carries no data: several calls may be coalesced into one wake-up.</summary>
internal sealed class WakeUp
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = false });

    public void Set() => _channel.Writer.TryWrite(true);

    // Called after each piece of work of a loop: with pooled state it allocates nothing, if it cannot be cancelled.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _channel.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Returns true if it was woken, and false if the time elapsed first.</summary>
    public async ValueTask<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await _channel.Reader.ReadAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
