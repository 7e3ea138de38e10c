namespace Wsmq.Server.Pumps;

/// <summary>
/// The ends of the runs of entries that a reader has skipped, between its deliveries in flight and after them. A part of the in-flight window,
/// and guarded as that. There is one run more than deliveries at most.
/// </summary>
internal sealed class SkippedRuns
{
    private readonly LinkedList<WsmqPosition> _ends = [];
    private WsmqPosition _passed;

    /// <summary>A run ends at a position, or goes on up to there.</summary>
    /// <param name="after">The last delivery before it, or the end of the run that it continues.</param>
    /// <param name="through">The position.</param>
    public void Add(WsmqPosition after, WsmqPosition through)
    {
        if (_ends.Last is { } last && last.Value >= after)
            _ends.RemoveLast();
        _ends.AddLast(through);
    }

    /// <summary>The end of the last run before the oldest delivery in flight; without one the end of the last run.</summary>
    public WsmqPosition Before(WsmqPosition? oldest)
    {
        for (; _ends.First is { } first && !(first.Value > oldest); _ends.RemoveFirst())
            _passed = first.Value;
        return _passed;
    }
}
