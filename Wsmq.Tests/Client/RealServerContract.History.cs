using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <content>The history of users and groups.</content>
public abstract partial class RealServerContract
{
    [Fact]
    public async Task A_client_reads_the_history_of_its_queue_in_both_directions_while_it_is_read_and_written_on_other_nodes()
    {
        await StartNodesAsync();
        var bob = await StartClientAsync(A.Hub, "bob");

        // Of a user's own queue the store keeps what some device has not acknowledged.
        await A.Services.GetRequiredService<IStore>().MessageLog.OpenCursorAsync(WsmqAddress.User("bob"), "bob", "away", default);
        await PublishAsync(A, Bob, Numbers(5));
        await bob.HandlesAsync([0, 1, 2, 3, 4]);
        await PublishAsync(B, Bob, [5, 6]);
        var second = await StartClientAsync(B.Hub, "bob", configure: o => o.Device = "second");
        var source = WsmqAddress.User("bob");

        var newest = await NumbersAsync(second.Client.HistoryAsync<Number>(source, new() { Newest = true, Max = 2 }));
        var oldest = await NumbersAsync(bob.Client.HistoryAsync<Number>(source));
        var page = await second.Client.HistoryPageAsync(source, new() { Newest = true, Max = 3 });
        var older = await second.Client.HistoryPageAsync(source, new WsmqHistoryQuery { Newest = true, Max = 3 }.Continue(page.Next!.Value));

        newest.Should().Equal(6, 5, 4, 3, 2, 1, 0);
        oldest.Should().Equal(0, 1, 2, 3, 4, 5, 6);
        page.Entries[0].Position.Should().Be(page.Tail.ToString());
        page.Entries[^1].Previous.Should().Be(older.Entries[0].Position);
        older.Entries.Select(d => d.Body!.Value.To<Number>(JsonSerializerOptions.Web)!.Value).Should().Equal(3, 2, 1);
        await bob.HandlesAsync([0, 1, 2, 3, 4, 5, 6]);
        bob.Errors.Should().BeEmpty();
        second.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task The_history_of_a_group_begins_with_the_joining_and_ends_with_the_membership()
    {
        await StartNodesAsync();
        var (bob, ops) = (await StartClientAsync(B.Hub, "bob"), WsmqAddress.Group("ops"));
        await A.Groups.AddToGroupAsync("alice", "ops");
        await PublishAsync(A, "group:ops", [0]);
        await A.Groups.AddToGroupAsync("bob", "ops");
        await PublishAsync(A, "group:ops", [1, 2]);

        (await NumbersAsync(bob.Client.HistoryAsync<Number>(ops, new() { Newest = true }))).Should().Equal(2, 1);

        await A.Groups.RemoveFromGroupAsync("bob", "ops");
        (await Record.ExceptionAsync(() => bob.Client.HistoryPageAsync(ops))).Should().BeOfType<WsmqException>()
            .Which.Error.Should().Be(WsmqErrors.HistoryNotAllowed);
        (await Record.ExceptionAsync(() => bob.Client.HistoryPageAsync(WsmqAddress.User("alice")))).Should().BeOfType<WsmqException>()
            .Which.Error.Should().Be(WsmqErrors.HistoryNotAllowed);
    }

    private static async Task<List<int>> NumbersAsync(IAsyncEnumerable<WsmqMessage<Number>> messages)
    {
        var numbers = new List<int>();
        await foreach (var message in messages)
            numbers.Add(message.Body.Value);
        return numbers;
    }
}
