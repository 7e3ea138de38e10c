using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.HostAndCli;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Nodes;

/// <summary>A host in a process of its own that is frozen, and killed, as another node sees it.</summary>
[Collection(SharedRedis.Name)]
public sealed class HostNodesTests(SharedRedis redis) : IAsyncLifetime
{
    private readonly Tools _tools = new();
    private bool _frozen;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_frozen)
            Signals.Resume(_tools.Host.ProcessId);
        await _tools.DisposeAsync();
    }

    [Fact]
    public async Task A_frozen_host_and_a_killed_host_are_missing_until_their_registration_expires()
    {
        var prefix = redis.NextPrefix();
        await using var node = await TestNode.StartAsync(s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix));
        var nodes = node.Services.GetRequiredService<IWsmqNodes>();
        await _tools.StartHostAsync(
            "--Wsmq:Redis", redis.Server.EndPoint, "--Wsmq:RedisOptions:KeyPrefix", prefix, "--Wsmq:Options:Nodes:Name", "other",
            "--Wsmq:Options:Nodes:Expiry", "00:00:06");
        await Eventually.That("the host is listed", async () => (await nodes.ListAsync()).Nodes.Count == 2);
        var id = (await nodes.ListAsync()).Nodes.Single(n => n.Name == "other").Id;

        Freeze(true);
        await Eventually.That("the frozen host is missing", async () => (await nodes.ListAsync()).Missing.SequenceEqual([id]));
        Freeze(false);
        await Eventually.That("it is back", async () => (await nodes.ListAsync()) is { IsComplete: true, Nodes.Count: 2 });

        await _tools.KillHostAsync();
        await Eventually.That("the killed host is missing", async () =>
            (await nodes.ListAsync()).Missing.SequenceEqual([id]) && (await nodes.ConnectionsAsync("bob")).Missing.SequenceEqual([id]));
        await Eventually.That("its registration has expired", async () => (await nodes.ListAsync()) is { IsComplete: true, Nodes.Count: 1 });
    }

    private void Freeze(bool freeze)
    {
        // The process is "env", which has become the host by exec.
        if (freeze)
            Signals.Pause(_tools.Host.ProcessId);
        else
            Signals.Resume(_tools.Host.ProcessId);
        _frozen = freeze;
    }
}
