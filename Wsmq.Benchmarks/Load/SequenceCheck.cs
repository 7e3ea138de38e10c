namespace Wsmq.Benchmarks.Load;

/// <summary>
/// Checks what one receiver got from each sender: numbers must increase by exactly one. A skipped number that arrives later was
/// reordered; one that arrived before is a duplicate; one that never arrives is lost.
/// </summary>
internal sealed class SequenceCheck(int senders)
{
    private readonly long[] _next = new long[senders];
    private HashSet<(int Sender, long Number)>? _skipped;

    /// <summary>The number of received messages, without duplicates.</summary>
    public long Received { get; private set; }

    public long Duplicated { get; private set; }

    public long Reordered { get; private set; }

    public void Add(int sender, long number)
    {
        ref var next = ref _next[sender];
        if (number == next)
        {
            next++;
        }
        else if (number > next)
        {
            _skipped ??= [];
            for (; next < number; next++)
                _skipped.Add((sender, next));
            next++;
        }
        else if (_skipped?.Remove((sender, number)) == true)
        {
            Reordered++;
        }
        else
        {
            Duplicated++;
            return;
        }

        Received++;
    }
}
