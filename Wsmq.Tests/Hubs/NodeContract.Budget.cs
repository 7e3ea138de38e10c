using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Limits;
using Wsmq.Testing.Memory;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

public abstract partial class NodeContract
{
    [Fact]
    public async Task Memory_charged_to_a_user_for_any_kind_of_load_is_released_once()
    {
        const string User = "mallory";
        const int Connections = 8;

        // More refused messages would be paced, at 100 a second, before the node sees that their client has disconnected.
        const int Times = 2;
        var time = TimeSpan.FromMilliseconds(200);
        var node = await StartAsync();
        var user = node.Services.GetRequiredService<ConnectionLimits>().Enter(User, new ClaimsPrincipal()).User;
        var hub = node.Hub.ToString().Replace("http", "ws", StringComparison.Ordinal);
        var walk = new MemoryWalk(Environment.ProcessId, (name, device) => new Uri($"{hub}?access_token={TestTokens.For(name)}&device={device}"));

        foreach (var load in MemoryLoads.Of(User))
        {
            await walk.RunAsync(User, load with { Times = Times }, Connections, reads: i => i % 2 == 0, time);
            await Eventually.That($"{load.Name}: all charged memory is released", () => user.InProgress.Used == 0);
        }
    }
}
