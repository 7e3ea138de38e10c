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
        var (groups, users) = (services.GetRequiredService<GroupEndpoints>(), services.GetRequiredService<UserEndpoints>());
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
            new(HttpMethods.Get, "/groups/{group}/members", groups.ListMembersAsync),
            new(HttpMethods.Put, "/groups/{group}/members/{user}", groups.AddMemberAsync),
            new(HttpMethods.Delete, "/groups/{group}/members/{user}", groups.RemoveMemberAsync),
            new(HttpMethods.Get, "/users/{user}/groups", users.ListGroupsAsync),
            new(HttpMethods.Get, "/users/{user}/devices", users.ListDevicesAsync),
            new(HttpMethods.Delete, "/users/{user}/devices/{device}", users.RemoveDeviceAsync),
            new(HttpMethods.Get, "/users/{user}/dead-letters", users.ListDeadLettersAsync),
            new(HttpMethods.Get, "/users/{user}/dead-letters/{id}", users.ReadDeadLetterAsync),
            new(HttpMethods.Post, "/users/{user}/dead-letters/{id}/replay", users.ReplayDeadLetterAsync),
            new(HttpMethods.Delete, "/users/{user}/dead-letters/{id}", users.RemoveDeadLetterAsync),
            new(HttpMethods.Post, "/users/{user}/disconnect", users.DisconnectAsync),
            new(HttpMethods.Get, "/users/{user}/ban", users.IsBannedAsync),
            new(HttpMethods.Put, "/users/{user}/ban", users.BanAsync),
            new(HttpMethods.Delete, "/users/{user}/ban", users.UnbanAsync),
            new(HttpMethods.Post, "/users/{user}/revoke-tokens", users.RevokeTokensAsync),
            new(HttpMethods.Delete, "/tokens/{token}", users.RevokeTokenAsync),
        ];
    }
}
