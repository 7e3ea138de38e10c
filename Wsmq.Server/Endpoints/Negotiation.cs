using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Endpoints;

/// <summary>Runs SignalR's negotiation, and extracts the token of the new connection from its response.</summary>
internal static class Negotiation
{
    /// <summary>Runs the negotiation and sends its response to the client.</summary>
    /// <param name="context">The request.</param>
    /// <param name="next">SignalR's endpoint.</param>
    /// <param name="made">Called with the token before the client receives it: its next request may arrive before this one ends.</param>
    public static async Task RunAsync(HttpContext context, RequestDelegate next, Action<string> made)
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
        var token = context.Response.StatusCode == StatusCodes.Status200OK ? TokenIn(bytes) : null;
        if (token is not null)
            made(token);
        await client.WriteAsync(bytes, context.RequestAborted);
    }

    // Version 0 of the negotiation has only a connection id; later versions have a separate connection token.
    private static string? TokenIn(ReadOnlyMemory<byte> answer)
    {
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.TryGetProperty("connectionToken", out var token) || json.RootElement.TryGetProperty("connectionId", out token)
            ? token.GetString()
            : null;
    }
}
