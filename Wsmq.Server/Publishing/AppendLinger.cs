namespace Wsmq.Server.Publishing;

/// <summary>
/// Waits a moment for company, but only under load: then a call to the store that carries many messages costs hardly more than one
/// that carries few, and nobody notices the wait behind the queue. A message that comes alone is never kept waiting.
/// </summary>
internal sealed class AppendLinger(TimeProvider time)
{
    private const int Loaded = 16;
    private const int Enough = 256;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private int _lastBatch;

    public ValueTask WaitAsync(int waiting) =>
        _lastBatch < Loaded || waiting >= Enough ? ValueTask.CompletedTask : new(Task.Delay(Moment, time));

    public void Took(int count) => _lastBatch = count;
}
