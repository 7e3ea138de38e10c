namespace Wsmq.Server.Framing;

/// <summary>
/// Caches the last composed write of one log for readers that need the same entries: the members of a group mostly read in step. Holds one
/// write, of the maximum size of a write.
/// </summary>
internal sealed class SharedFrames
{
    private volatile Composed? _last;

    private sealed record Composed(FeedEntry First, FeedEntry Last, bool AsOne, ComposedFrames Frames);

    public ComposedFrames Of(ReadOnlySpan<FeedEntry> entries, bool asOne)
    {
        // The entries between two given entries are always the same.
        if (_last is { } last && last.First == entries[0] && last.Last == entries[^1] && last.AsOne == asOne)
            return last.Frames;
        var frames = ComposedFrames.Kept(entries, asOne);
        _last = new Composed(entries[0], entries[^1], asOne, frames);
        return frames;
    }

    public void Clear() => _last = null;
}
