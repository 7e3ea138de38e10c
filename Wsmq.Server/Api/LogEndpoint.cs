using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Wsmq.Server.Framing;
using Wsmq.Server.Selecting;

namespace Wsmq.Server.Api;

/// <summary><c>GET /logs/{address}</c>: a page of a log that the user may read, or an event stream.</summary>
internal sealed class LogEndpoint(LogAccess access, LogReader logs, StreamEndpoint streams, IOptions<WsmqOptions> options)
{
    public Task ReadAsync(ApiCall call)
    {
        if (!LogRequest.IsStream(call.Request))
            return ReadPageAsync(call);
        return LogRequest.IsNewest(call.Request)
            ? throw new WsmqException(WsmqErrors.InvalidMessage, $"{LogRequest.Newest} is for pages, not for streams")
            : streams.RunAsync(call, FilterOf(call));
    }

    /// <summary>Writes that entries are missing.</summary>
    public static void WriteGap(Utf8JsonWriter writer, in LogPart gap, WsmqAddress? source = null)
    {
        writer.WriteStartObject();
        if (source is { } named)
            writer.WriteString(Wire.Source, named.ToString());
        writer.WriteString(LogRequest.After, gap.After.ToString());
        writer.WriteString("before", gap.Through.Next().ToString());
        writer.WriteString(Wire.Reason, gap.Reason);
        writer.WriteEndObject();
    }

    private async Task ReadPageAsync(ApiCall call)
    {
        await call.Limits.ThrottleReadAsync(call.Aborted);
        var request = call.Context.Request;
        var source = LogRequest.SingleAddressOf(request);
        WsmqPosition? after = RequestParameters.Single(request, LogRequest.After) is { } text ? WsmqPosition.Parse(text) : null;
        var max = LogRequest.MaxOf(request);
        var isNewest = LogRequest.IsNewest(request);
        if (isNewest && after is not null)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"{LogRequest.After} and {LogRequest.Newest} exclude each other");
        var filter = FilterOf(call);
        var floor = await access.FloorAsync(call.Caller, source, call.Aborted);
        var start = isNewest
            ? await logs.BeforeNewestAsync(call.Limits.Reads, source, floor, max, call.Aborted)
            : WsmqPosition.Max(after ?? floor, floor);
        await logs.ReadAsync(
            call.Limits.Reads, source, start, max, page => WriteAsync(call.Context, source, PartsOf(page)), call.Aborted);

        (List<LogPart> Parts, WsmqPosition Next, bool IsEnd) PartsOf(FeedPage page)
        {
            // A reader without a position begins with the oldest entry, and misses nothing before it.
            var first = after is null ? WsmqPosition.Max(start, page.State.Removed) : start;
            var parts = LogPart.Of(page, first, logs.Now, filter);
            if (after < start)
                parts.Insert(0, new LogPart(after.Value, start, null, WsmqGapReasons.NotMember));
            var next = parts.Count > 0 ? parts[^1].Through : first;
            return (parts, next, next >= page.State.Tail);
        }
    }

    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    private EntryFilter? FilterOf(ApiCall call) => EntryFilter.Of(LogRequest.FilterOf(call.Request), options.Value.Delivery.MaxFilterBytes);

    private static Task WriteAsync(HttpContext context, WsmqAddress source, (List<LogPart> Parts, WsmqPosition Next, bool IsEnd) page)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, JsonResponse.Plain))
            Write(writer, source, page.Parts, page.Next, page.IsEnd);
        return JsonResponse.WriteAsync(context, JsonResponse.ContentType, json.WrittenMemory);
    }

    private static void Write(Utf8JsonWriter writer, WsmqAddress source, List<LogPart> parts, WsmqPosition next, bool isEnd)
    {
        writer.WriteStartObject();
        writer.WriteString(LogRequest.Address, source.ToString());
        writer.WriteStartArray("entries");
        var told = parts is [var first, ..] ? first.After : next;
        foreach (var part in parts)
        {
            // Composed of checked entries, as what connections receive.
            if (part.EntryAfter(told) is { } entry)
                writer.WriteRawValue(JsonFrames.Delivery(entry.Frame), skipInputValidation: true);
            if (!part.IsSkip)
                told = part.Through;
        }

        writer.WriteEndArray();
        writer.WriteStartArray("gaps");
        foreach (var gap in parts.Where(p => p.Reason is not null))
            WriteGap(writer, gap);

        writer.WriteEndArray();
        writer.WriteString(Wire.Next, next.ToString());
        writer.WriteBoolean(Wire.End, isEnd);
        writer.WriteEndObject();
    }
}
