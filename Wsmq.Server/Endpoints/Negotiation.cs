using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Endpoints;

/// <summary>Runs SignalR's negotiation, and finds in its answer the token of the connection that it made.</summary>
internal static class Negotiation
{
    /// <summary>The token; null where no connection was made.</summary>
    public static async Task<string?> RunAsync(HttpContext context, RequestDelegate next)
    {
        var client = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = client;
        }

        var bytes = answer.GetBuffer().AsMemory(0, (int)answer.Length);
        await client.WriteAsync(bytes, context.RequestAborted);
        return context.Response.StatusCode == StatusCodes.Status200OK ? TokenIn(bytes) : null;
    }

    // Version 0 of the negotiation has one name for the connection, later ones keep the token apart.
    private static string? TokenIn(ReadOnlyMemory<byte> answer)
    {
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.TryGetProperty("connectionToken", out var token) || json.RootElement.TryGetProperty("connectionId", out token)
            ? token.GetString()
            : null;
    }
}
