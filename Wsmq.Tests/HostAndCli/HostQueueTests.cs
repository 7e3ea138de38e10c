using Microsoft.AspNetCore.SignalR;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.HostAndCli;

/// <summary>Work queues of the ready host, and who may use them.</summary>
public sealed class HostQueueTests : IAsyncLifetime
{
    private readonly Tools _tools = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Fact]
    public async Task A_user_sends_to_the_queues_whose_list_names_it_and_to_users_and_own_groups()
    {
        const string NotAllowed = "3001 send-not-allowed";
        await _tools.StartHostAsync(
            "--Wsmq:Queues:emails:Senders:0=alice", "--Wsmq:Queues:emails:Managers:0=bob", "--Wsmq:Queues:open:Senders:0=*", "--Wsmq:Queues:closed=");
        (string User, string Address, string? Refusal)[] sends =
        [
            ("alice", "work:emails", null), ("bob", "work:emails", NotAllowed), ("carol", "work:open", null), ("alice", "work:closed", NotAllowed),
            ("alice", "work:other", "2010 unknown-queue"), ("carol", "work:demo", null), ("alice", "user:bob", null), ("alice", "group:ops", null),
            ("carol", "group:ops", NotAllowed),
        ];

        foreach (var (user, address, refusal) in sends)
        {
            var (code, _, error) = await _tools.CliAsync("send", address, "hi", "--as", user);
            (code, error.Contains(refusal ?? "wsmq", StringComparison.Ordinal)).Should().Be((refusal is null ? 0 : 1, refusal is not null), $"{user} {address}: {error}");
        }
    }

    [Fact]
    public async Task The_options_of_a_queue_apply()
    {
        await _tools.StartHostAsync("--Wsmq:Queues:emails:Senders:0=alice", "--Wsmq:Queues:emails:Managers:0=alice", "--Wsmq:Queues:emails:MaxWaiting=1");
        await using var alice = PlainClient.Create(new Uri(_tools.Url), _tools.Token("alice"));
        await alice.Connection.StartAsync();
        await alice.SendAsync("work:emails", 1);

        var full = await alice.Awaiting(a => a.SendAsync("work:emails", 2)).Should().ThrowAsync<HubException>();
        var info = await _tools.CliAsync("queue", "info", "emails", "--as", "alice");

        WsmqError.Find(full.Which.Message).Should().Be(WsmqErrors.QueueFull);
        info.Output.Should().Contain("ready 1 ");
    }
}
