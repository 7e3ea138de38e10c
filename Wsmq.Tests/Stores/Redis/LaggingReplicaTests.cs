using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>While the primary is unavailable, no decision is based on the replica, whose data is older than bob's membership.</summary>
public sealed class LaggingReplicaTests : IAsyncLifetime
{
    private ReplicatedRedis _redis = null!;
    private TestNode _node = null!;
    private PlainClient _bob = null!;

    public async Task InitializeAsync()
    {
        _redis = await ReplicatedRedis.StartAsync();
        _node = await TestNode.StartAsync(
            s => s.UseRedis(_redis.Configuration, o => o.CommandTimeout = TimeSpan.FromSeconds(1)),
            o => o.Publish.SendTimeout = TimeSpan.FromSeconds(30));
        _bob = await PlainClient.ConnectAsync(_node, "bob", "d1");
        await _bob.SendAsync("user:bob", "before");
        await _redis.CutOffAsync();
        await _node.Groups.AddToGroupAsync("bob", "ops");
        await _bob.SendAsync("group:ops", "joined");
        await _redis.Primary.StopAsync(kill: true);

        // From here on the driver knows that only the replica is reachable.
        await Eventually.That("the store is unavailable", async () => !await Store.IsAvailableAsync(default));
    }

    public async Task DisposeAsync()
    {
        // A node that stops waits for an unavailable store, to store the last acks.
        if (_redis.Primary.ProcessId is null)
            await _redis.Primary.RestartAsync();
        await _bob.DisposeAsync();
        await _node.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private IStore Store => _node.Services.GetRequiredService<IStore>();

    [Fact]
    public async Task A_send_to_a_group_fails_as_retryable_until_the_primary_is_available_again()
    {
        for (var i = 0; i < 3; i++)
        {
            var error = (await FluentActions.Awaiting(() => _bob.SendAsync("group:ops", "while unavailable"))
                .Should().ThrowAsync<HubException>()).Which;
            error.Message.Should().Contain("[wsmq 5001 store-unavailable retry]");
        }

        await _redis.Primary.RestartAsync();
        WsmqReceipt? receipt = null;
        await Eventually.That("a send gets its receipt", async () =>
        {
            try
            {
                receipt = await _bob.SendAsync("group:ops", "after");
                return true;
            }
            catch (HubException)
            {
                return false;
            }
        });
        receipt!.Position.Should().NotBeNull();
    }

    [Fact]
    public async Task Authoritative_reads_fail_with_store_unavailable_instead_of_using_the_replica()
    {
        var (ops, own) = (WsmqAddress.Group("ops"), WsmqAddress.User("bob"));
        (string What, Func<Task> Ask)[] questions =
        [
            ("is a member", () => Store.Memberships.IsMemberAsync("ops", "bob", default)),
            ("groups of a user", () => Store.Memberships.GroupsOfAsync("bob", default)),
            ("members of a group", () => Store.Memberships.MembersOfAsync("ops", default)),
            ("revocations and bans", () => Store.Access.ReadAsync(0, 10, default)),
            ("dead letters", () => Store.DeadLetters.ListAsync(own, "bob", default)),
            ("one dead letter", () => Store.DeadLetters.ReadAsync(new DeadLetterKey(own, new WsmqPosition(1), "d1"), "bob", default)),
            ("a device's cursor", () => Store.MessageLog.OpenCursorAsync(own, "bob", "d1", default)),
            ("a device's cursor in a group", () => Store.MessageLog.OpenCursorAsync(ops, "bob", "d1", default)),
            ("the devices of a user", () => Store.MessageLog.DevicesAsync("bob", default)),
            ("tails of logs", () => Store.MessageLog.StatesAsync([own, ops], default)),
            ("entries", () => Store.MessageLog.ReadAsync(own, WsmqPosition.Start, 10, 10_000, default)),
        ];
        foreach (var (what, ask) in questions)
            (await FluentActions.Awaiting(ask).Should().ThrowAsync<WsmqException>(what)).Which.Error.Should().Be(WsmqErrors.StoreUnavailable, what);
    }

    [Fact]
    public async Task A_connection_opened_while_the_primary_is_unavailable_is_refused_as_retryable()
    {
        await using var late = PlainClient.Create(_node.Hub, TestTokens.For("bob"), "d2");
        await late.Connection.StartAsync();
        await Eventually.That("the connection is closed", () => late.Closed is not null);
        WsmqError.Find(late.Closed!.Message).Should().Be(WsmqErrors.StoreUnavailable);
    }
}
