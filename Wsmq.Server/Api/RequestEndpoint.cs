using System.Text.Json;
using Microsoft.Extensions.Options;
using Wsmq.Server.Framing;
using Wsmq.Server.Hubs;

namespace Wsmq.Server.Api;

/// <summary><c>POST /requests</c>: makes a request, and answers with its reply. A client that ends the HTTP request cancels it.</summary>
internal sealed class RequestEndpoint(ClientRequests requests, IOptions<WsmqOptions> options)
{
    private const int DefaultTimeout = 30_000;

    public Task AskAsync(ApiCall call)
    {
        var timeout = RequestParameters.Number(call.Request, Wire.Timeout, 1, int.MaxValue)
            ?? (long)Math.Min(DefaultTimeout, options.Value.Requests.MaxTimeout.TotalMilliseconds);
        return RequestBody.WithAsync(call, LargestFrame.Of(options.Value), MessageBody.Parse, async body =>
        {
            if (body.IsArray)
                throw new WsmqException(WsmqErrors.InvalidMessage, "a call makes one request");
            var reply = await requests.AskAsync(call.User, body.Single(null), TimeSpan.FromMilliseconds(timeout));
            await JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, writer => Write(writer, reply));
        });
    }

    private static void Write(Utf8JsonWriter writer, WsmqReply reply)
    {
        writer.WriteStartObject();
        WireWriter.WriteText(writer, Wire.Type, reply.Type);
        if (reply.Body is { } body)
        {
            writer.WritePropertyName(Wire.Body);
            writer.WriteRawValue(body.Utf8.Span, skipInputValidation: true);
        }

        if (reply.Data is { } data)
            writer.WriteBase64String(Wire.Data, data.Span);
        WireWriter.WriteText(writer, Wire.ContentType, reply.ContentType);
        WireWriter.WriteHeaders(writer, reply.Headers);
        WireWriter.WriteText(writer, Wire.Responder, reply.Responder);
        writer.WriteEndObject();
    }
}
