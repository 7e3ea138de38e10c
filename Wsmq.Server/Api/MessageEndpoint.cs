using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Wsmq.Server.Framing;
using Wsmq.Server.Hubs;

namespace Wsmq.Server.Api;

/// <summary><c>POST /messages</c>: sends one message, or an array of them with a result each.</summary>
internal sealed class MessageEndpoint(
    ClientSends sends, RepeatedMessages repeated, OperatorRights rights, IOptions<WsmqOptions> options)
{
    public const string KeyHeader = "Idempotency-Key";

    public Task SendAsync(ApiCall call) => RequestBody.WithAsync(
        call, LargestFrame.Of(options.Value), MessageBody.Parse, body => body.IsArray ? ManyAsync(call, body) : OneAsync(call, body.Single(KeyOf(call.Request))));

    /// <summary><c>POST /addresses/{address}/messages</c>: an operator sends one message, to any address.</summary>
    public async Task SendToAsync(ApiCall call)
    {
        var to = LogRequest.SingleAddressOf(call.Request);
        await rights.RequireAsync(call, WsmqAction.Send, to);
        await RequestBody.WithAsync(call, LargestFrame.Of(options.Value), MessageBody.Parse, body =>
        {
            if (body.IsArray)
                throw new WsmqException(WsmqErrors.InvalidMessage, "a request of an operator has one message");
            var message = body.Single(KeyOf(call.Request));
            return message.To is null || message.To == to.ToString()
                ? OneAsync(call, message with { To = to.ToString() }, isOperator: true)
                : throw new WsmqException(WsmqErrors.InvalidMessage, "the address of the message is in the path");
        });
    }

    /// <summary><c>DELETE /messages</c>: cancels a message of the caller that waits for its time.</summary>
    public async Task CancelAsync(ApiCall call)
    {
        var (to, id) = (RequestParameters.Single(call.Request, Wire.To), RequestParameters.Single(call.Request, Wire.Id));
        var cancelled = await sends.CancelDelayedAsync(call.User, to, id);
        await JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, writer => writer.WriteBooleanValue(cancelled));
    }

    private static string? KeyOf(HttpRequest request) => request.Headers[KeyHeader] switch
    {
        [] => null,

        // The draft of the header's standard has the key in quotation marks, as most headers do; most clients send it without them.
        [{ Length: > 2 } key] when key[0] == '"' && key[^1] == '"' => key[1..^1],
        [var key] => key,
        _ => throw new WsmqException(WsmqErrors.InvalidMessage, $"a request has one header {KeyHeader}"),
    };

    private async Task OneAsync(ApiCall call, WsmqOutgoingMessage message, bool isOperator = false)
    {
        var receipt = await sends.SendAsync(call.User, message, isOperator).WaitAsync(call.Aborted);
        if (receipt is { Duplicate: true, UniqueIdTaken: false, Position.Length: > 0 } && await repeated.DiffersAsync(message, receipt.Position, call.Aborted))
            throw new WsmqException(WsmqErrors.IdConflict);
        call.Context.Response.StatusCode = StatusCodes.Status201Created;
        await JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, writer =>
        {
            writer.WriteStartObject();
            WriteReceipt(writer, receipt);
            writer.WriteEndObject();
        });
    }

    private async Task ManyAsync(ApiCall call, MessageBody body)
    {
        if (KeyOf(call.Context.Request) is not null)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"the messages of an array have ids, and the request no {KeyHeader}");
        var results = await sends.SendManyAsync(call.User, body.Messages);
        var errors = new WsmqError?[results.Length];
        for (var i = 0; i < results.Length; i++)
        {
            errors[i] = WsmqError.Find(results[i].Error);
            if (results[i] is { Duplicate: true, UniqueIdTaken: false, Position: { } position }
                && await repeated.DiffersAsync(body.Messages.Messages[i]!, position, call.Aborted))
                errors[i] = WsmqErrors.IdConflict;
        }

        call.Context.Response.StatusCode =
            Array.TrueForAll(errors, e => e is null) ? StatusCodes.Status200OK : StatusCodes.Status207MultiStatus;
        await JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, writer =>
        {
            writer.WriteStartArray();
            for (var i = 0; i < results.Length; i++)
                WriteResult(writer, results[i], errors[i]);
            writer.WriteEndArray();
        });
    }

    private static void WriteResult(Utf8JsonWriter writer, WsmqItemResult result, WsmqError? error)
    {
        writer.WriteStartObject();
        writer.WriteNumber("status", error is null ? StatusCodes.Status201Created : ErrorStatus.Of(error));
        if (error is null && result.TryGetReceipt(out var receipt))
        {
            WriteReceipt(writer, receipt);
        }
        else if (error is not null)
        {
            if (result.Id is { } id)
                writer.WriteString(Wire.Id, id);
            writer.WritePropertyName(Wire.Error);
            var detail = result.Error is { } text ? Problem.DetailOf(error, text) : null;
            Problem.Write(writer, error, detail, result.RetryAfter is { } time ? TimeSpan.FromMilliseconds(time) : null);
        }

        writer.WriteEndObject();
    }

    private static void WriteReceipt(Utf8JsonWriter writer, WsmqReceipt receipt)
    {
        writer.WriteString(Wire.Id, receipt.Id);
        if (receipt.Position.Length > 0)
            writer.WriteString(Wire.Position, receipt.Position);
        if (receipt.DueAt is { } due)
            writer.WriteNumber(Wire.DueAt, due.ToUnixTimeMilliseconds());
        writer.WriteBoolean(Wire.Duplicate, receipt.Duplicate);
        if (receipt.UniqueIdTaken)
            writer.WriteBoolean(Wire.UniqueIdTaken, true);
    }
}
