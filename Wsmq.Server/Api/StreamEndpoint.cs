using Wsmq.Server.Limits;
using Wsmq.Server.Selecting;

namespace Wsmq.Server.Api;

/// <summary>
/// <c>GET /logs</c> as an event stream: the entries of several logs, those that are stored and then new ones as they arrive. It ends when its
/// user may no longer read.
/// </summary>
internal sealed class StreamEndpoint(LogAccess access, LogReader logs, StreamServices services, StreamScope scope)
{
    /// <param name="call">The request.</param>
    /// <param name="filter">Selects the entries of all logs; null for all.</param>
    public async Task RunAsync(ApiCall call, EntryFilter? filter)
    {
        await call.Limits.ThrottleReadAsync(call.Aborted);
        var cursors = StreamCursor.Of(call.Context.Request);
        await scope.RunAsync(
            call, Array.ConvertAll(cursors, c => c.Source), (entered, writer, stop) => RunAsync(call, cursors, filter, entered, writer, stop));
    }

    private async Task RunAsync(
        ApiCall call, StreamCursor[] cursors, EntryFilter? filter, SessionLimits entered, EventWriter writer, CancellationToken cancellationToken)
    {
        await using var sources = new StreamSources(services.Feeds, call.Caller.UserId);
        var floors = await OpenAsync(call, cursors, sources, cancellationToken);
        writer.Begin(StreamRefusal.ReconnectAfter, StreamCursor.IdOf(sources.All));
        await writer.FlushAsync(cancellationToken);
        var events = new EventStream(logs, entered.Reads, sources.All, writer, services.Metrics) { Filter = filter };
        for (var i = 0; i < floors.Length; i++)
        {
            if (floors[i] > sources.All[i].Sent)
                await events.MissAsync(sources.All[i], floors[i], WsmqGapReasons.NotMember, cancellationToken);
        }

        await LoopAsync(call, sources, events, cancellationToken);
    }

    // Feeds are acquired before the memberships are read: a user who leaves meanwhile is seen by one of the two.
    private async Task<WsmqPosition[]> OpenAsync(
        ApiCall call, StreamCursor[] cursors, StreamSources sources, CancellationToken cancellationToken)
    {
        foreach (var cursor in cursors)
            await access.FloorAsync(call.Caller, cursor.Source, cancellationToken);
        await sources.OpenAsync(cursors, cancellationToken);
        var removed = await logs.RemovedAsync([.. cursors.Select(c => c.Source)], cancellationToken);
        var floors = new WsmqPosition[cursors.Length];
        for (var i = 0; i < cursors.Length; i++)
        {
            var source = sources.All[i];
            floors[i] = await access.FloorAsync(call.Caller, cursors[i].Source, cancellationToken);
            if (cursors[i].After is { } after)
                await services.Feeds.RequireWithinAsync(source.Feed, after, WsmqErrors.PositionBeyondTail, cancellationToken);
            source.Sent = source.Told = cursors[i].After ?? WsmqPosition.Max(floors[i], removed[i]);
        }

        return floors;
    }

    private async Task LoopAsync(
        ApiCall call, StreamSources sources, EventStream events, CancellationToken cancellationToken)
    {
        var clock = services.Clock;
        var (count, written) = (events.Written, clock.Time.GetTimestamp());
        while (true)
        {
            var left = scope.RequireTime(call);
            if (sources.TakeMembershipChange())
                await CheckMembershipsAsync(call, sources, cancellationToken);
            var hasMoved = await events.WriteAsync(cancellationToken);
            if (count != events.Written)
                (count, written) = (events.Written, clock.Time.GetTimestamp());

            // Also while entries arrive that a filter leaves out.
            var pause = clock.KeepAlive - clock.Time.GetElapsedTime(written);
            if (pause <= TimeSpan.Zero)
            {
                await events.KeepAliveAsync(cancellationToken);
                continue;
            }

            if (hasMoved)
                continue;
            if (sources.All.Any(s => s.HasLeft))
                throw new WsmqException(WsmqErrors.ReadNotAllowed, "the user is no longer a member of a group of the stream");
            await sources.News.WaitAsync(left < pause ? left : pause, clock.Time, cancellationToken);
        }
    }

    private async Task CheckMembershipsAsync(ApiCall call, StreamSources sources, CancellationToken cancellationToken)
    {
        foreach (var source in sources.All.Where(s => s.Feed.Source.Kind == WsmqAddressKind.Group))
            await access.FloorAsync(call.Caller, source.Feed.Source, cancellationToken);
    }
}
