using System.Text.Json;
using Wsmq.Server.Framing;

namespace Wsmq.Server.Api;

/// <summary>
/// <c>GET /state</c>: the whole state of an address that the user may read, and the position after which its log goes on. It can be larger
/// than what a user may have in memory, so that each page is written before the next one is read.
/// </summary>
internal sealed class StateEndpoint(LogAccess access, LogReader logs, ApiAudit audit)
{
    public async Task ReadAsync(ApiCall call)
    {
        await call.Limits.ThrottleReadAsync(call.Aborted);
        var source = WsmqAddress.Parse(RequestParameters.Single(call.Request, Wire.Source));
        await access.FloorAsync(call.Caller, source, call.Aborted);

        // Before the state: what is replaced or removed while it is read follows in the log.
        var through = await logs.TailAsync(source, call.Aborted);
        using var writer = new Utf8JsonWriter(call.Context.Response.BodyWriter, JsonResponse.Plain);
        var hasBegun = false;
        try
        {
            await logs.ReadStateAsync(
                call.Limits.Reads, source, through,
                async page =>
                {
                    if (!hasBegun)
                        Begin(call, writer, through);
                    hasBegun = true;
                    Write(writer, page);
                    await FlushAsync(call, writer);
                },
                call.Aborted);
            writer.WriteEndArray();
            writer.WriteEndObject();
            await FlushAsync(call, writer);
        }
        catch (WsmqException e) when (hasBegun)
        {
            // The client must not take a part of the state for all of it.
            audit.Refused(e);
            call.Context.Abort();
        }
    }

    private static void Begin(ApiCall call, Utf8JsonWriter writer, WsmqPosition through)
    {
        JsonResponse.SetHeaders(call.Context, JsonResponse.ContentType);
        writer.WriteStartObject();
        writer.WriteString("through", through.ToString());
        writer.WriteStartArray(Wire.Messages);
    }

    // As connections receive it: without what is corrupt or has expired.
    private void Write(Utf8JsonWriter writer, FeedPage page)
    {
        foreach (var entry in page.Entries)
        {
            if (entry.Defect is null && !(entry.Ends <= logs.Now))
                writer.WriteRawValue(JsonFrames.Delivery(entry.Frame), skipInputValidation: true);
        }
    }

    private static async Task FlushAsync(ApiCall call, Utf8JsonWriter writer)
    {
        await writer.FlushAsync(call.Aborted);
        await call.Context.Response.BodyWriter.FlushAsync(call.Aborted);
    }
}
