using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wsmq.Server.Framing;

namespace Wsmq.Server.Api;

/// <summary><c>GET /logs/{address}</c>: a page of a log that the user may read.</summary>
internal sealed class LogEndpoint(LogAccess access, LogReader logs)
{
    private const string AddressName = "address";
    private const string AfterName = "after";
    private const string MaxName = "max";
    private const int DefaultMax = 100;

    public async Task ReadAsync(ApiCall call)
    {
        await call.Limits.ThrottleReadAsync(call.Aborted);
        var request = call.Context.Request;
        var source = WsmqAddress.Parse(AddressOf(request));
        WsmqPosition? after = Single(request, AfterName) is { } text ? WsmqPosition.Parse(text) : null;
        var max = MaxOf(request);
        var floor = await access.FloorAsync(call.Caller, source, call.Aborted);
        var start = WsmqPosition.Max(after ?? floor, floor);
        await logs.ReadAsync(
            call.Limits.Reads, source, start, max, page => WriteAsync(call.Context, source, page, after, start), call.Aborted);
    }

    private static Task WriteAsync(HttpContext context, WsmqAddress source, FeedPage page, WsmqPosition? after, WsmqPosition start)
    {
        // A reader without a position begins with the oldest entry, and misses nothing before it.
        var parts = LogPart.Of(page, after is null ? WsmqPosition.Max(start, page.State.Removed) : start);
        if (after < start)
            parts.Insert(0, new LogPart(after.Value, start, null, WsmqGapReasons.NotMember));
        var next = parts.Count > 0 ? parts[^1].Through : WsmqPosition.Max(start, after is null ? page.State.Removed : start);
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
            Write(writer, source, parts, next, isEnd: next >= page.State.Tail);
        return JsonResponse.WriteAsync(context, JsonResponse.ContentType, json.WrittenMemory);
    }

    private static void Write(Utf8JsonWriter writer, WsmqAddress source, List<LogPart> parts, WsmqPosition next, bool isEnd)
    {
        writer.WriteStartObject();
        writer.WriteString(AddressName, source.ToString());
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
        {
            writer.WriteStartObject();
            writer.WriteString(AfterName, gap.After.ToString());
            writer.WriteString("before", gap.Through.Next().ToString());
            writer.WriteString(Wire.Reason, gap.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString(Wire.Next, next.ToString());
        writer.WriteBoolean(Wire.End, isEnd);
        writer.WriteEndObject();
    }

    // Routing decodes everything in a path but the slash. A name with the text %2F in it can be passed in the query.
    private static string? AddressOf(HttpRequest request) =>
        (request.RouteValues[AddressName] as string)?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase) ?? Single(request, AddressName);

    private static int MaxOf(HttpRequest request)
    {
        if (Single(request, MaxName) is not { } text)
            return DefaultMax;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var max) && max is >= 1 and <= FeedPage.MaxEntries
            ? max
            : throw new WsmqException(WsmqErrors.InvalidMessage, $"{MaxName} is not a number from 1 to {FeedPage.MaxEntries}");
    }

    private static string? Single(HttpRequest request, string name) => request.Query[name] switch
    {
        [] => null,
        [var value] => value,
        _ => throw new WsmqException(WsmqErrors.InvalidMessage, $"{name} is given more than once"),
    };
}
