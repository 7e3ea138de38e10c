using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Wsmq.Server.Budgets;

namespace Wsmq.Server.Api;

/// <summary>
/// Reads the JSON body of a request. Its memory is charged to the user's budget before it is read, as that of a hub call is.
/// </summary>
internal static class RequestBody
{
    /// <summary>Reads and parses the body, and makes the call while its memory is charged.</summary>
    /// <param name="call">The request.</param>
    /// <param name="limit">The largest body, in bytes.</param>
    /// <param name="parse">Parses the body, which may be malformed JSON.</param>
    /// <param name="run">Makes the call.</param>
    /// <exception cref="WsmqException">
    /// <c>unsupported-content-type</c>, <c>message-too-large</c>, or <c>invalid-message</c>: the body is not one JSON value.
    /// </exception>
    public static async Task WithAsync<T>(ApiCall call, long limit, Func<ReadOnlySequence<byte>, T> parse, Func<T, Task> run)
    {
        var request = call.Context.Request;
        RequireJson(request.ContentType);
        if (request.ContentLength > limit)
            throw TooLarge(limit);
        var budget = new ConnectionBudget(call.Limits.User.InProgress, call.Limits.Rules.Options.UserBytesInProgress);
        try
        {
            await using (call.Aborted.UnsafeRegister(static b => ((ConnectionBudget)b!).CancelParsing(), budget))
            {
                if (!await budget.BeginParsingAsync(request.ContentLength ?? limit))
                    call.Aborted.ThrowIfCancellationRequested();
            }

            await run(await ReadAsync(request, limit, parse, call.Aborted));
        }
        finally
        {
            budget.Close();
        }
    }

    private static async Task<T> ReadAsync<T>(
        HttpRequest request, long limit, Func<ReadOnlySequence<byte>, T> parse, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > limit)
            {
                // Otherwise the server could not read the rest, and would end the connection instead of answering.
                request.BodyReader.AdvanceTo(read.Buffer.End);
                throw TooLarge(limit);
            }

            if (!read.IsCompleted)
            {
                request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            try
            {
                return parse(read.Buffer);
            }
            catch (JsonException e)
            {
                throw new WsmqException(
                    WsmqErrors.InvalidMessage, $"the body is not one JSON value: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
            }
            finally
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
            }
        }
    }

    private static void RequireJson(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)
            || !(type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            || (type.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
            throw new WsmqException(WsmqErrors.UnsupportedContentType);
    }

    private static WsmqException TooLarge(long limit) =>
        new(WsmqErrors.MessageTooLarge, $"the body of a request has at most {limit} bytes");
}
