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
        return
        [
            new(HttpMethods.Post, "/messages", messages.SendAsync),
            new(HttpMethods.Get, "/logs", logs.ReadAsync),
            new(HttpMethods.Get, "/logs/{**address}", logs.ReadAsync),
        ];
    }
}
