using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Wsmq.Server.Framing;

namespace Wsmq.Server.Api;

/// <summary><c>GET /logs/{address}</c>: a page of a log that the user may read, or an event stream.</summary>
internal sealed class LogEndpoint(LogAccess access, LogReader logs, StreamEndpoint streams)
{
    public Task ReadAsync(ApiCall call)
    {
        if (!LogRequest.IsStream(call.Request))
            return ReadPageAsync(call);
        return LogRequest.IsNewest(call.Request)
            ? throw new WsmqException(WsmqErrors.InvalidMessage, $"{LogRequest.Newest} is for pages, not for streams")
            : streams.RunAsync(call);
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
        var floor = await access.FloorAsync(call.Caller, source, call.Aborted);
        var start = isNewest
            ? await logs.BeforeNewestAsync(call.Limits.Reads, source, floor, max, call.Aborted)
            : WsmqPosition.Max(after ?? floor, floor);
        await logs.ReadAsync(
            call.Limits.Reads, source, start, max, page => WriteAsync(call.Context, source, page, after, start), call.Aborted);
    }

    private Task WriteAsync(HttpContext context, WsmqAddress source, FeedPage page, WsmqPosition? after, WsmqPosition start)
    {
        // A reader without a position begins with the oldest entry, and misses nothing before it.
        var parts = LogPart.Of(page, after is null ? WsmqPosition.Max(start, page.State.Removed) : start, logs.Now);
        if (after < start)
            parts.Insert(0, new LogPart(after.Value, start, null, WsmqGapReasons.NotMember));
        var next = parts.Count > 0 ? parts[^1].Through : WsmqPosition.Max(start, after is null ? page.State.Removed : start);
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, JsonResponse.Plain))
            Write(writer, source, parts, next, isEnd: next >= page.State.Tail);
        return JsonResponse.WriteAsync(context, JsonResponse.ContentType, json.WrittenMemory);
    }

    private static void Write(Utf8JsonWriter writer, WsmqAddress source, List<LogPart> parts, WsmqPosition next, bool isEnd)
    {
        writer.WriteStartObject();
        writer.WriteString(LogRequest.Address, source.ToString());
        writer.WriteStartArray("entries");
        foreach (var part in parts)
        {
            // Composed of checked entries, as what connections receive.
            if (part.Entry is { } entry)
                writer.WriteRawValue(JsonFrames.Delivery(entry.Frame), skipInputValidation: true);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("gaps");
        foreach (var gap in parts.Where(p => p.Entry is null))
            WriteGap(writer, gap);

        writer.WriteEndArray();
        writer.WriteString(Wire.Next, next.ToString());
        writer.WriteBoolean(Wire.End, isEnd);
        writer.WriteEndObject();
    }
}
