using Wsmq.Server.Diagnostics;
using Wsmq.Server.Framing;
using Wsmq.Server.Limits;
using Wsmq.Server.Selecting;

namespace Wsmq.Server.Api;

/// <summary>Writes the entries of several logs to one event stream, each log in its order, until it is cancelled.</summary>
internal sealed class EventStream(
    LogReader logs, SessionReads reads, IReadOnlyList<StreamedSource> sources, EventWriter writer, WsmqMetrics metrics)
{
    private const int MostTogether = 64;

    /// <summary>Selects the entries to write; null for all.</summary>
    public EntryFilter? Filter { get; init; }

    /// <summary>How many events, ids and comments were written.</summary>
    public long Written { get; private set; }

    // Of what a filter has left out since, no id has told yet.
    private bool HasSkipped => sources.Any(s => s.Sent > s.Told);

    /// <summary>Writes what there is. Returns false if there is nothing.</summary>
    /// <exception cref="WsmqException"><c>read-not-allowed</c>: the user left a group; or an error of the store.</exception>
    public async Task<bool> WriteAsync(CancellationToken cancellationToken)
    {
        var moved = false;
        foreach (var source in sources)
            moved |= await StepAsync(source, cancellationToken);
        return moved;
    }

    /// <summary>Tells the client where it is, or, if it knows, that the stream is still there.</summary>
    public ValueTask KeepAliveAsync(CancellationToken cancellationToken)
    {
        if (HasSkipped)
            writer.Id(NextId());
        else
            writer.Comment();
        Written++;
        return writer.FlushAsync(cancellationToken);
    }

    /// <summary>Announces that the entries up to a position are not for this reader.</summary>
    public Task MissAsync(StreamedSource source, WsmqPosition through, string reason, CancellationToken cancellationToken) =>
        WriteAsync(source, [new LogPart(source.Sent, through, null, reason)], cancellationToken);

    private async Task<bool> StepAsync(StreamedSource source, CancellationToken cancellationToken)
    {
        var before = source.Sent;
        var ready = new List<FeedEntry>();
        var view = source.Feed.Look(before, ready, MostTogether);
        if (view.Lost.After(before) is { } lost)
            await MissAsync(source, lost, WsmqGapReasons.Lost, cancellationToken);
        else if (ready.Count > 0)
            await WriteAsync(source, LogPart.Of(new FeedPage([.. ready], default), before, logs.Now, Filter), cancellationToken);
        else if (before < view.Tail)
            await ReadAsync(source, before, cancellationToken);
        return source.Sent > before;
    }

    // What a filter leaves out is not read from the store again by a client that returns.
    private async Task ReadAsync(StreamedSource source, WsmqPosition after, CancellationToken cancellationToken)
    {
        await logs.ReadAsync(
            reads, source.Feed.Source, after, FeedPage.MaxEntries,
            page => WriteAsync(source, LogPart.Of(page, after, logs.Now, Filter), cancellationToken), cancellationToken);
        if (HasSkipped)
            await KeepAliveAsync(cancellationToken);
    }

    private async Task WriteAsync(StreamedSource source, List<LogPart> parts, CancellationToken cancellationToken)
    {
        foreach (var part in parts)
        {
            if (source.HasLeft)
                throw new WsmqException(WsmqErrors.ReadNotAllowed, $"the user is no longer a member of {source.Feed.Source}");
            var entry = part.EntryAfter(source.Told);
            source.Sent = part.Through;
            if (part.IsSkip)
                continue;
            var id = NextId();
            if (entry is not null)
            {
                writer.Message(id, entry);
                metrics.Delivered(1);
            }
            else
            {
                writer.Gap(id, source.Feed.Source, part);
                metrics.Gap(part.Reason!);
            }

            Written++;
            if (writer.IsFull)
                await writer.FlushAsync(cancellationToken);
        }

        await writer.FlushAsync(cancellationToken);
    }

    // It has the positions of all logs.
    private string NextId()
    {
        foreach (var source in sources)
            source.Told = source.Sent;
        return StreamCursor.IdOf(sources);
    }
}
