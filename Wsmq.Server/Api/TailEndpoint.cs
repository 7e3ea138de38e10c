using Wsmq.Server.Authorization;
using Wsmq.Server.Feeds;
using Wsmq.Server.Limits;
using Wsmq.Server.Logs;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Api;

/// <summary>
/// <c>GET /addresses/{address}/events</c>: the new entries of any log as they arrive, without their bodies. The rights of the operator are
/// asked for again while the stream is open, because the app does not tell when they change: before something is written, and with the
/// comments of a silent stream.
/// </summary>
internal sealed class TailEndpoint(
    OperatorRights rights, AccessCheck access, ApiAudit audit, IStore store, StreamServices services, StreamScope scope)
{
    public async Task RunAsync(ApiCall call)
    {
        var address = LogRequest.SingleAddressOf(call.Request);
        await rights.RequireAsync(call, WsmqAction.View, address);
        var isReader = await rights.AllowsAsync(call, WsmqAction.ReadBody, address);
        WsmqLogs.RequireLog(address);
        await call.Limits.ThrottleReadAsync(call.Aborted);
        var after = StreamCursor.Of(call.Request)[0].After;
        audit.Opened(call);
        await scope.RunAsync(call, [address], (entered, writer, stop) => RunAsync(
            call, new Tail(address, store.Inspection, entered.Reads, writer) { WithPreview = isReader }, after, stop));
    }

    private async Task RunAsync(ApiCall call, Tail tail, WsmqPosition? after, CancellationToken cancellationToken)
    {
        await using var sources = new StreamSources(services.Feeds, call.Caller.UserId);
        await sources.OpenAsync([new StreamCursor(tail.Address, after)], cancellationToken);
        var feed = sources.All[0].Feed;
        if (after is { } known)
            await services.Feeds.RequireWithinAsync(feed, known, WsmqErrors.PositionBeyondTail, cancellationToken);
        tail.Sent = after ?? await TailOfAsync(tail.Address, cancellationToken);
        tail.Writer.Begin(StreamRefusal.ReconnectAfter, tail.Sent.ToString());
        await tail.Writer.FlushAsync(cancellationToken);
        await LoopAsync(call, tail, feed, sources.News, cancellationToken);
    }

    private async Task LoopAsync(ApiCall call, Tail tail, LogFeed feed, WakeUp news, CancellationToken cancellationToken)
    {
        var clock = services.Clock;
        var (asked, written) = (clock.Time.GetTimestamp(), clock.Time.GetTimestamp());
        while (true)
        {
            var left = scope.RequireTime(call);
            var (hasNews, silence) = (feed.Tail > tail.Sent, clock.Time.GetElapsedTime(written));
            var isSilent = silence >= clock.KeepAlive;
            if ((hasNews || isSilent) && clock.Time.GetElapsedTime(asked) >= clock.CheckInterval)
            {
                await AskAgainAsync(call, tail, cancellationToken);
                asked = clock.Time.GetTimestamp();
            }

            if (hasNews && await tail.WriteAsync(cancellationToken))
            {
                written = clock.Time.GetTimestamp();
                continue;
            }

            if (isSilent)
            {
                tail.Writer.Comment();
                await tail.Writer.FlushAsync(cancellationToken);
                (written, silence) = (clock.Time.GetTimestamp(), TimeSpan.Zero);
            }

            var pause = clock.KeepAlive - silence;
            await news.WaitAsync(left < pause ? left : pause, clock.Time, cancellationToken);
        }
    }

    /// <exception cref="WsmqException"><c>administer-not-allowed</c>.</exception>
    private async Task AskAgainAsync(ApiCall call, Tail tail, CancellationToken cancellationToken)
    {
        await access.CheckAdministerAsync(call.Caller, WsmqAction.View, tail.Address, cancellationToken);
        var mayRead = await access.MayAdministerAsync(call.Caller, WsmqAction.ReadBody, tail.Address, cancellationToken);
        if (mayRead && !tail.WithPreview)
        {
            call.Audited = new AuditedCall(WsmqAction.ReadBody, tail.Address.ToString());
            audit.Opened(call);
        }

        tail.WithPreview = mayRead;
    }

    private async Task<WsmqPosition> TailOfAsync(WsmqAddress address, CancellationToken cancellationToken) =>
        (await store.MessageLog.StatesAsync([address], cancellationToken))[0]?.Tail ?? throw new WsmqException(WsmqErrors.StoreCorrupt);
}
