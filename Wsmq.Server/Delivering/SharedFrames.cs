using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Server.Delivering;

/// <summary>
/// The last entries of one log that were put together into one write, for the readers that want the same: the members of a group
/// mostly keep step. Keeps one write, of the size that a write may have.
/// </summary>
internal sealed class SharedFrames
{
    private volatile Composed? _last;

    private sealed record Composed(FeedEntry First, FeedEntry Last, bool AsOne, SerializedHubMessage Message);

    public SerializedHubMessage Of(ReadOnlySpan<FeedEntry> entries, bool asOne)
    {
        // Between the same two entries always stand the same others.
        if (_last is { } last && last.First == entries[0] && last.Last == entries[^1] && last.AsOne == asOne)
            return last.Message;
        var message = ComposedFrames.Kept(entries, asOne);
        _last = new Composed(entries[0], entries[^1], asOne, message);
        return message;
    }

    public void Clear() => _last = null;
}
