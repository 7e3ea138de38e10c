using System.Text.Json;
using Wsmq.Server.Hubs;

namespace Wsmq.Server.Api;

/// <summary>
/// <c>/messages/status</c>, <c>/messages/tracked</c> and <c>/messages/readers</c>: what has become of messages that the caller has sent.
/// </summary>
internal sealed class TrackingEndpoints(ClientTracking tracking)
{
    public async Task StatusAsync(ApiCall call)
    {
        var (position, id) = (RequestParameters.Single(call.Request, Wire.Position), RequestParameters.Single(call.Request, Wire.Id));
        var status = await tracking.StatusAsync(call.User, RequestParameters.Single(call.Request, Wire.To), position, id);
        await WriteAsync(call, status is null
            ? "null"u8.ToArray()
            : JsonSerializer.SerializeToUtf8Bytes(status, WsmqJsonContext.Relaxed.WsmqMessageStatus));
    }

    public async Task ListAsync(ApiCall call)
    {
        var (to, after) = (RequestParameters.Single(call.Request, Wire.To), RequestParameters.Single(call.Request, Wire.After));
        var found = await tracking.ListAsync(call.User, to, after);
        await WriteAsync(call, JsonSerializer.SerializeToUtf8Bytes(found, WsmqJsonContext.Relaxed.WsmqMessageStatusArray));
    }

    public async Task ReadersAsync(ApiCall call)
    {
        var (to, after) = (RequestParameters.Single(call.Request, Wire.To), RequestParameters.Single(call.Request, Wire.After));
        var found = await tracking.ReadersAsync(call.User, to, RequestParameters.Single(call.Request, Wire.Position), after);
        await WriteAsync(call, JsonSerializer.SerializeToUtf8Bytes(found, WsmqJsonContext.Relaxed.WsmqReaderStatusArray));
    }

    private static Task WriteAsync(ApiCall call, byte[] json) => JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, json);
}
