using Wsmq.Server.Diagnostics;
using Wsmq.Server.Framing;
using Wsmq.Server.Limits;

namespace Wsmq.Server.Api;

/// <summary>Writes the entries of several logs to one event stream, each log in its order, until it is cancelled.</summary>
internal sealed class EventStream(
    LogReader logs, SessionReads reads, IReadOnlyList<StreamedSource> sources, EventWriter writer, WsmqMetrics metrics)
{
    private const int MostTogether = 64;

    /// <summary>Writes what there is. Returns false if nothing was written.</summary>
    /// <exception cref="WsmqException"><c>read-not-allowed</c>: the user left a group; or an error of the store.</exception>
    public async Task<bool> WriteAsync(CancellationToken cancellationToken)
    {
        var moved = false;
        foreach (var source in sources)
            moved |= await StepAsync(source, cancellationToken);
        return moved;
    }

    /// <summary>Announces that the entries up to a position are not for this reader.</summary>
    public Task SkipAsync(StreamedSource source, WsmqPosition through, string reason, CancellationToken cancellationToken) =>
        WriteAsync(source, [new LogPart(source.Sent, through, null, reason)], cancellationToken);

    private async Task<bool> StepAsync(StreamedSource source, CancellationToken cancellationToken)
    {
        var before = source.Sent;
        var ready = new List<FeedEntry>();
        var view = source.Feed.Look(before, ready, MostTogether);
        if (view.Lost.After(before) is { } lost)
            await SkipAsync(source, lost, WsmqGapReasons.Lost, cancellationToken);
        else if (ready.Count > 0)
            await WriteAsync(source, LogPart.Of(new FeedPage([.. ready], default), before, logs.Now), cancellationToken);
        else if (before < view.Tail)
            await ReadAsync(source, before, cancellationToken);
        return source.Sent > before;
    }

    private Task ReadAsync(StreamedSource source, WsmqPosition after, CancellationToken cancellationToken) => logs.ReadAsync(
        reads, source.Feed.Source, after, FeedPage.MaxEntries,
        page => WriteAsync(source, LogPart.Of(page, after, logs.Now), cancellationToken), cancellationToken);

    private async Task WriteAsync(StreamedSource source, List<LogPart> parts, CancellationToken cancellationToken)
    {
        foreach (var part in parts)
        {
            if (source.HasLeft)
                throw new WsmqException(WsmqErrors.ReadNotAllowed, $"the user is no longer a member of {source.Feed.Source}");
            source.Sent = part.Through;
            var id = StreamCursor.IdOf(sources);
            if (part.Entry is { } entry)
            {
                writer.Message(id, entry);
                metrics.Delivered(1);
            }
            else
            {
                writer.Gap(id, source.Feed.Source, part);
                metrics.Gap(part.Reason!);
            }

            if (writer.IsFull)
                await writer.FlushAsync(cancellationToken);
        }

        await writer.FlushAsync(cancellationToken);
    }
}
