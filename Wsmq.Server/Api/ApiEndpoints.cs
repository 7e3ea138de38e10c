using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Wsmq.Server.Api;

/// <summary>An endpoint of the API.</summary>
/// <param name="Method">Its HTTP method.</param>
/// <param name="Path">Its path below that of the API.</param>
/// <param name="Call">What it does.</param>
internal readonly record struct ApiEndpoint(string Method, string Path, Func<ApiCall, Task> Call);

/// <summary>The endpoints of the API.</summary>
internal static class ApiEndpoints
{
    public static ApiEndpoint[] Of(IServiceProvider services)
    {
        var (messages, logs) = (services.GetRequiredService<MessageEndpoint>(), services.GetRequiredService<LogEndpoint>());
        var queues = services.GetRequiredService<QueueEndpoints>();
        return
        [
            new(HttpMethods.Post, "/messages", messages.SendAsync),
            new(HttpMethods.Get, "/logs", logs.ReadAsync),
            new(HttpMethods.Get, "/logs/{**address}", logs.ReadAsync),
            new(HttpMethods.Get, "/queues", queues.ListAsync),
            new(HttpMethods.Get, "/queues/{address}", queues.InfoAsync),
            new(HttpMethods.Delete, "/queues/{address}", queues.DeleteAsync),
            new(HttpMethods.Get, "/queues/{address}/jobs", queues.PeekAsync),
            new(HttpMethods.Get, "/queues/{address}/jobs/{position}", queues.FindAsync),
            new(HttpMethods.Delete, "/queues/{address}/jobs/{position}", queues.CancelAsync),
            new(HttpMethods.Get, "/queues/{address}/jobs/{position}/status", queues.StatusAsync),
            new(HttpMethods.Delete, "/queues/{address}/unique/{uniqueId}", queues.CancelUniqueAsync),
            new(HttpMethods.Post, "/queues/{address}/pause", queues.PauseAsync),
            new(HttpMethods.Post, "/queues/{address}/resume", queues.ResumeAsync),
            new(HttpMethods.Post, "/queues/{address}/purge", queues.PurgeAsync),
            new(HttpMethods.Post, "/queues/{address}/redrive", queues.RedriveAsync),
            new(HttpMethods.Post, "/queues/{address}/remove-dead-letters", queues.RemoveDeadLettersAsync),
        ];
    }
}
