using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Api;

/// <summary>Writes errors as problem details (RFC 9457), with the number, the code and the retry advice of wsmq.</summary>
internal static class Problem
{
    public const string ContentType = "application/problem+json";

    private const string TypePrefix = "urn:wsmq:error:";

    // Another node can answer at once. If there is none, the client backs off by itself.
    private static readonly TimeSpan AfterStop = TimeSpan.FromSeconds(1);

    /// <summary>Answers a request that is refused.</summary>
    public static Task WriteAsync(HttpContext context, WsmqException refusal)
    {
        var response = context.Response;
        var retryAfter = refusal.RetryAfter ?? (refusal.Error == WsmqErrors.Stopping ? AfterStop : null);
        response.StatusCode = ErrorStatus.Of(refusal.Error);
        if (retryAfter is { } pause)
            response.Headers.RetryAfter = Math.Ceiling(pause.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return JsonResponse.WriteAsync(
            context, ContentType, writer => Write(writer, refusal.Error, DetailOf(refusal.Error, refusal.Message), retryAfter));
    }

    /// <summary>Writes an error as an object.</summary>
    public static void Write(Utf8JsonWriter writer, WsmqError error, string? detail, TimeSpan? retryAfter)
    {
        writer.WriteStartObject();
        writer.WriteString("type", TypePrefix + error.Code);
        writer.WriteString("title", error.Text);
        writer.WriteNumber("status", ErrorStatus.Of(error));
        if (detail is not null)
            writer.WriteString("detail", detail);
        writer.WriteNumber("number", error.Number);
        writer.WriteString("code", error.Code);
        writer.WriteBoolean("retry", error.CanRetry);
        if (retryAfter is { } pause)
            writer.WriteNumber(Wire.RetryAfter, WsmqError.Milliseconds(pause));
        writer.WriteEndObject();
    }

    /// <summary>The detail in the text of an error, which is in parentheses after the general text; null if there is none.</summary>
    public static string? DetailOf(WsmqError error, string message)
    {
        var start = message.IndexOf(error.Text, StringComparison.Ordinal);
        var detail = start < 0 ? string.Empty : message[(start + error.Text.Length)..].Trim();
        return detail.StartsWith('(') && detail.EndsWith(')') ? detail[1..^1] : null;
    }
}
