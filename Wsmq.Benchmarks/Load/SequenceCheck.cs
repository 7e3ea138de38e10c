namespace Wsmq.Benchmarks.Load;

/// <summary>
/// What one receiver got from each sender: numbers have to go up by exactly one. A number that was skipped and comes later was
/// reordered; one that came before is a duplicate; what never comes is what is missing in the end.
/// </summary>
internal sealed class SequenceCheck(int senders)
{
    private readonly long[] _next = new long[senders];
    private HashSet<(int Sender, long Number)>? _skipped;

    /// <summary>Without duplicates.</summary>
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
