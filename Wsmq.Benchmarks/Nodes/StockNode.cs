using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>SignalR with the stock Redis backplane, at its best setting.</summary>
internal static class StockNode
{
    public const string HubPath = "/hub";

    // The default of 1 waits for Redis between the sends of a connection: a third of the rate, which would be unfair to stock.
    private const int ParallelInvocations = 32;

    public static Action<WebApplication> Add(IServiceCollection services, string redis)
    {
        services.AddSignalR(hub =>
        {
            hub.MaximumParallelInvocationsPerClient = ParallelInvocations;
            hub.MaximumReceiveMessageSize = 1024 * 1024;
        }).AddStackExchangeRedis(redis);
        return app => app.MapHub<StockHub>(HubPath).RequireAuthorization();
    }
}

/// <summary>What a team would write by hand: sends to a user or a group, and the completion acknowledges to the sender.</summary>
internal sealed class StockHub : Hub
{
    public const string GroupParameter = "group";
    private const string Receive = nameof(Receive);

    public override async Task OnConnectedAsync()
    {
        if (Context.GetHttpContext()?.Request.Query[GroupParameter] is [{ Length: > 0 } group])
            await Groups.AddToGroupAsync(Context.ConnectionId, group);
    }

    public Task Send(string user, string payload) => Clients.User(user).SendAsync(Receive, payload);

    public Task SendGroup(string group, string payload) => Clients.Group(group).SendAsync(Receive, payload);
}
