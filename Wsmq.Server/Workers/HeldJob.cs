using Wsmq.Server.Stores;

namespace Wsmq.Server.Workers;

/// <summary>
/// A job that this process works on. Its lease counts as lost once a full duration has passed since the last extension that the store
/// confirmed was asked for: by then another worker may have it.
/// </summary>
internal sealed class HeldJob : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _lease;
    private readonly CancellationTokenSource _lost;

    public HeldJob(TakenJob job, TimeSpan lease, TimeProvider time)
    {
        (Job, _lease, _time) = (job, lease, time);
        _lost = new CancellationTokenSource(lease, time);
        Lost = _lost.Token;
    }

    public TakenJob Job { get; }

    /// <summary>Is cancelled when the lease is lost.</summary>
    public CancellationToken Lost { get; }

    /// <summary>The store has confirmed an extension.</summary>
    /// <param name="askedAt">The timestamp at which it was asked for.</param>
    public void Extended(long askedAt)
    {
        var left = _lease - _time.GetElapsedTime(askedAt);
        if (left > TimeSpan.Zero)
            _lost.CancelAfter(left);
    }

    public void Lose() => _lost.Cancel();

    public void Dispose() => _lost.Dispose();
}
