using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Endpoints;

/// <summary>Runs SignalR's negotiation, and finds in its answer the token of the connection that it made.</summary>
internal static class Negotiation
{
    /// <summary>Answers the client.</summary>
    /// <param name="context">The request.</param>
    /// <param name="next">SignalR's endpoint.</param>
    /// <param name="made">Takes the token before the client has it: the next request may come before this one has ended.</param>
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

    // Version 0 of the negotiation has one name for the connection, later ones keep the token apart.
    private static string? TokenIn(ReadOnlyMemory<byte> answer)
    {
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.TryGetProperty("connectionToken", out var token) || json.RootElement.TryGetProperty("connectionId", out token)
            ? token.GetString()
            : null;
    }
}
