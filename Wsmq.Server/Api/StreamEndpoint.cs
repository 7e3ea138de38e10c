using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Wsmq.Server.Connections;
using Wsmq.Server.Limits;

namespace Wsmq.Server.Api;

/// <summary>
/// <c>GET /logs</c> as an event stream: the entries of several logs, those that are stored and then new ones as they arrive. It counts as a
/// connection, and ends with an event that states why when its user may no longer read.
/// </summary>
internal sealed class StreamEndpoint(LogAccess access, LogReader logs, StreamServices services)
{
    // A client that does not read must not keep a stream open that has ended.
    private static readonly TimeSpan LastWrite = TimeSpan.FromSeconds(2);

    public async Task RunAsync(ApiCall call)
    {
        await call.Limits.ThrottleReadAsync(call.Aborted);
        var cursors = StreamCursor.Of(call.Context.Request);
        var entered = services.Admission.Enter(call.Caller);
        var stream = new OpenStream(call.Caller.UserId, call.Context.User, call.Context.TraceIdentifier, services.Clock.Time.GetUtcNow())
        {
            Sources = Array.ConvertAll(cursors, c => c.Source),
        };
        services.Open.Add(stream);
        try
        {
            await using var stopping = services.Clock.Stopping.UnsafeRegister(
                static s => ((OpenStream)s!).End(new WsmqException(WsmqErrors.Stopping)), stream);

            // Again, now that a new rule would find the stream.
            await services.Admission.CheckAsync(call.Caller, call.Aborted);
            await RunAsync(call, cursors, entered, stream);
        }
        finally
        {
            services.Open.Remove(stream);
            services.Admission.Leave(entered);
        }
    }

    private async Task RunAsync(ApiCall call, StreamCursor[] cursors, SessionLimits entered, OpenStream stream)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted, stream.Ended);
        var writer = new EventWriter(call.Context);
        await using var sources = new StreamSources(services.Feeds, call.Caller.UserId);
        try
        {
            var floors = await OpenAsync(call, cursors, sources, either.Token);
            writer.Begin(StreamRefusal.ReconnectAfter);
            await writer.FlushAsync(either.Token);
            var events = new EventStream(logs, entered.Reads, sources.All, writer, services.Metrics);
            for (var i = 0; i < floors.Length; i++)
            {
                if (floors[i] > sources.All[i].Sent)
                    await events.SkipAsync(sources.All[i], floors[i], WsmqGapReasons.NotMember, either.Token);
            }

            await LoopAsync(call, sources, events, writer, either.Token);
        }
        catch (OperationCanceledException) when (stream.Ended.IsCancellationRequested && !call.Aborted.IsCancellationRequested)
        {
            if (stream.Reason is { } reason)
                await EndAsync(call, writer, reason);
        }
        catch (WsmqException e) when (call.Context.Response.HasStarted)
        {
            await EndAsync(call, writer, e);
        }
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
            source.Sent = cursors[i].After ?? WsmqPosition.Max(floors[i], removed[i]);
        }

        return floors;
    }

    private async Task LoopAsync(
        ApiCall call, StreamSources sources, EventStream events, EventWriter writer, CancellationToken cancellationToken)
    {
        var clock = services.Clock;
        var expires = ExpiryOf(call.Context);
        while (true)
        {
            var left = expires - clock.Time.GetUtcNow();
            if (left <= TimeSpan.Zero)
                throw new WsmqException(WsmqErrors.TokenExpired);
            if (sources.TakeMembershipChange())
                await CheckMembershipsAsync(call, sources, cancellationToken);
            if (await events.WriteAsync(cancellationToken))
                continue;
            if (sources.All.Any(s => s.HasLeft))
                throw new WsmqException(WsmqErrors.ReadNotAllowed, "the user is no longer a member of a group of the stream");
            if (await sources.News.WaitAsync(left < clock.KeepAlive ? left : clock.KeepAlive, clock.Time, cancellationToken))
                continue;
            writer.Comment();
            await writer.FlushAsync(cancellationToken);
        }
    }

    private async Task CheckMembershipsAsync(ApiCall call, StreamSources sources, CancellationToken cancellationToken)
    {
        foreach (var source in sources.All.Where(s => s.Feed.Source.Kind == WsmqAddressKind.Group))
            await access.FloorAsync(call.Caller, source.Feed.Source, cancellationToken);
    }

    private async Task EndAsync(ApiCall call, EventWriter writer, WsmqException reason)
    {
        if (!call.Context.Response.HasStarted)
            throw reason;
        using var timeout = new CancellationTokenSource(LastWrite, services.Clock.Time);
        try
        {
            writer.End(reason);
            await writer.FlushAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            call.Context.Abort();
        }
    }

    // The scheme states when its token expires, as for connections of the hub.
    private static DateTimeOffset ExpiryOf(HttpContext context) =>
        context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc ?? DateTimeOffset.MaxValue;
}
