using System.Buffers;
using System.Text.Json;
using Wsmq.Server.Authorization;
using Wsmq.Server.Feeds;
using Wsmq.Server.Framing;
using Wsmq.Server.Logs;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Api;

/// <summary>
/// <c>GET /addresses/{address}/events</c>: the new entries of any log as they arrive, without their bodies. The rights of the operator are
/// asked for again while the stream is open, because the app does not tell when they change.
/// </summary>
internal sealed class TailEndpoint(
    OperatorRights rights, AccessCheck access, ApiAudit audit, IStore store, StreamServices services, StreamScope scope)
{
    private const int MostInAStep = 100;

    public async Task RunAsync(ApiCall call)
    {
        var address = LogRequest.SingleAddressOf(call.Request);
        await rights.RequireAsync(call, WsmqAction.View, address);
        var isReader = await rights.AllowsAsync(call, WsmqAction.ReadBody, address);
        WsmqLogs.RequireLog(address);
        await call.Limits.ThrottleReadAsync(call.Aborted);
        var after = StreamCursor.Of(call.Request)[0].After;
        audit.Opened(call);
        await scope.RunAsync(
            call, [address], (_, writer, stop) => RunAsync(call, new Tail(address, writer) { WithPreview = isReader }, after, stop));
    }

    private async Task RunAsync(ApiCall call, Tail tail, WsmqPosition? after, CancellationToken cancellationToken)
    {
        await using var sources = new StreamSources(services.Feeds, call.Caller.UserId);
        await sources.OpenAsync([new StreamCursor(tail.Address, after)], cancellationToken);
        var feed = sources.All[0].Feed;
        if (after is { } known)
            await services.Feeds.RequireWithinAsync(feed, known, WsmqErrors.PositionBeyondTail, cancellationToken);
        tail.Sent = after ?? await TailOfAsync(tail.Address, cancellationToken);
        tail.Writer.Begin(StreamRefusal.ReconnectAfter);
        await tail.Writer.FlushAsync(cancellationToken);
        await LoopAsync(call, tail, sources.News, cancellationToken);
    }

    private async Task LoopAsync(ApiCall call, Tail tail, WakeUp news, CancellationToken cancellationToken)
    {
        var clock = services.Clock;
        var (asked, written) = (clock.Time.GetTimestamp(), clock.Time.GetTimestamp());
        while (true)
        {
            var left = scope.RequireTime(call);
            if (clock.Time.GetElapsedTime(asked) >= clock.CheckInterval)
            {
                tail.WithPreview = await AskAgainAsync(call, tail.Address, cancellationToken);
                asked = clock.Time.GetTimestamp();
            }

            if (await WriteAsync(tail, cancellationToken))
            {
                written = clock.Time.GetTimestamp();
                continue;
            }

            if (clock.Time.GetElapsedTime(written) >= clock.KeepAlive)
            {
                tail.Writer.Comment();
                await tail.Writer.FlushAsync(cancellationToken);
                written = clock.Time.GetTimestamp();
            }

            await news.WaitAsync(left < clock.CheckInterval ? left : clock.CheckInterval, clock.Time, cancellationToken);
        }
    }

    /// <summary>Returns whether the operator may still read bodies.</summary>
    /// <exception cref="WsmqException"><c>administer-not-allowed</c>.</exception>
    private async Task<bool> AskAgainAsync(ApiCall call, WsmqAddress address, CancellationToken cancellationToken)
    {
        await access.CheckAdministerAsync(call.Caller, WsmqAction.View, address, cancellationToken);
        return await access.MayAdministerAsync(call.Caller, WsmqAction.ReadBody, address, cancellationToken);
    }

    private async Task<WsmqPosition> TailOfAsync(WsmqAddress address, CancellationToken cancellationToken) =>
        (await store.MessageLog.StatesAsync([address], cancellationToken))[0]?.Tail ?? throw new WsmqException(WsmqErrors.StoreCorrupt);

    private async Task<bool> WriteAsync(Tail tail, CancellationToken cancellationToken)
    {
        var bodyBytes = tail.WithPreview ? EntryHeader.PreviewBytes : 0;
        var range = new HeadRange(tail.Sent, new WsmqPosition(WsmqPosition.MaxValue), Newest: false, MostInAStep, bodyBytes);
        var page = await store.Inspection.HeadsAsync(tail.Address, range, cancellationToken);
        foreach (var head in page.Entries)
        {
            tail.Write(LogViews.Of(head, EntryHeader.Of(head.Metadata), tail.WithPreview));
            tail.Sent = head.Position;
        }

        if (page.Entries.Count > 0)
            await tail.Writer.FlushAsync(cancellationToken);
        return page.Entries.Count > 0;
    }

    private sealed class Tail(WsmqAddress address, EventWriter writer)
    {
        public WsmqAddress Address => address;

        public EventWriter Writer => writer;

        public bool WithPreview { get; set; }

        public WsmqPosition Sent { get; set; }

        public void Write(WsmqLogEntry entry)
        {
            var json = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(json))
                AddressResponse.Write(writer, entry);
            Writer.Data(entry.Position.ToString(), json.WrittenSpan);
        }
    }
}
