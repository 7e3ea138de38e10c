using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// What has become of tracked messages.
public abstract partial class NodeContract
{
    [Fact]
    public async Task One_ack_of_the_tenth_message_leaves_the_fourth_dead_lettered_and_the_seventh_expired_also_when_they_are_gone()
    {
        var node = await StartAsync(o => (o.DeadLetters.MaxAttempts, o.Delivery.AckGrace) = (1, TimeSpan.Zero));
        await using var ann = await PlainClient.ConnectAsync(node, "ann");
        var sent = new List<WsmqReceipt>();
        for (var i = 1; i <= 10; i++)
            sent.Add(await SendTrackedAsync(ann, "user:bob", i, i == 7 ? Brief : null));
        await IsOverAsync(node, sent[6]);
        await using var bob = await PlainClient.ConnectAsync(node, "bob", "phone", ack: false);
        await bob.ReceivesAsync("1", "2", "3", "4", "5", "6", "8", "9", "10");
        bob.Received.Should().OnlyContain(d => d.Track);
        await bob.Connection.InvokeAsync("Ack", "user:bob", sent[2].Position);
        await bob.Connection.InvokeAsync<int>("Nack", "user:bob", sent[3].Position, "no");

        await bob.Connection.InvokeAsync("Ack", "user:bob", sent[9].Position);

        await BecomeAsync(ann, sent);
        await Eventually.That("the entries are gone", async () =>
            (await node.Services.GetRequiredService<IStore>().MessageLog.ReadAsync(WsmqAddress.User("bob"), default, 1, 1, default)).Entries.Count == 0);
        var all = await BecomeAsync(ann, sent);
        all[0].Readers.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Device = "phone", State = WsmqDeliveryState.Acknowledged });
        all[3].Readers.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Device = "phone", State = WsmqDeliveryState.DeadLettered });
        all[6].Should().BeEquivalentTo(new { Delivered = 0, Acknowledged = 0 });

        static async Task<WsmqMessageStatus[]> BecomeAsync(PlainClient client, IEnumerable<WsmqReceipt> receipts)
        {
            var all = await client.Connection.InvokeAsync<WsmqMessageStatus[]>("TrackedMessages", "user:bob", null);
            all.Select(s => s.Position).Should().Equal(receipts.Select(r => r.Position));
            all.Select(s => s.State).Should().Equal(Enumerable.Range(1, 10).Select(i =>
                i == 4 ? WsmqDeliveryState.DeadLettered : i == 7 ? WsmqDeliveryState.Expired : WsmqDeliveryState.Acknowledged));
            return all;
        }
    }

    [Fact]
    public async Task What_a_filter_leaves_out_is_skipped_and_not_acknowledged()
    {
        var node = await StartAsync();
        await using var ann = await PlainClient.ConnectAsync(node, "ann");
        await using var bob = await PlainClient.ConnectAsync(node, "bob", "phone", query: Held);
        await FilterAsync(bob, "user:bob", new { types = new[] { "wanted" } });
        await bob.Connection.InvokeAsync("BeginReading");

        var unwanted = await SendTrackedAsync(ann, "user:bob", 1);
        var wanted = await ann.Connection.InvokeAsync<WsmqReceipt>("Send", new { to = "user:bob", type = "wanted", track = true, body = 2 });

        await Eventually.That("the next one is acknowledged", async () => (await StatusAsync(ann, wanted))!.State == WsmqDeliveryState.Acknowledged);
        (await StatusAsync(ann, unwanted))!.Should().BeEquivalentTo(new { Delivered = 0, Acknowledged = 0 });
        (await StatusAsync(ann, unwanted))!.Readers.Should().ContainSingle().Which.State.Should().Be(WsmqDeliveryState.Skipped);
    }

    [Fact]
    public async Task The_sender_is_told_of_each_step_if_its_client_takes_it_and_others_are_told_nothing()
    {
        var node = await StartAsync();
        await using var ann = await PlainClient.ConnectAsync(node, "ann", status: true);
        await using var silent = await PlainClient.ConnectAsync(node, "ann", "other");
        await using var eve = await PlainClient.ConnectAsync(node, "eve", status: true);
        var sent = await SendTrackedAsync(ann, "user:bob", 1);
        (await StatusAsync(ann, sent)).Should().BeEquivalentTo(new { To = "user:bob", sent.Position, sent.Id, State = WsmqDeliveryState.Stored, Delivered = 0 });
        (await StatusAsync(eve, sent)).Should().BeNull("it is not hers");

        await using var bob = await PlainClient.ConnectAsync(node, "bob", "phone");

        await Eventually.That("the ack is told", () => ann.Statuses is [.., { State: WsmqDeliveryState.Acknowledged }]);
        ann.Statuses.Should().OnlyContain(s => s.Position == sent.Position && s.Id == sent.Id && s.To == "user:bob" && s.Readers!.Single().Device == "phone");
        ann.Statuses[^1].Should().BeEquivalentTo(new { Delivered = 1, Acknowledged = 1 });
        silent.Statuses.Should().BeEmpty();
        eve.Statuses.Should().BeEmpty();
        (await StatusAsync(ann, sent))!.Readers!.Single().AcknowledgedAt.Should().BeOnOrAfter(DateTimeOffset.UnixEpoch.AddYears(50));
    }

    [Fact]
    public async Task Of_a_group_members_are_counted_and_listed()
    {
        var node = await StartAsync();
        foreach (var user in new[] { "ann", "bob", "cat", "dan" })
            await node.Groups.AddToGroupAsync(user, "ops");
        await using var ann = await PlainClient.ConnectAsync(node, "ann", status: true);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await using var cat = await PlainClient.ConnectAsync(node, "cat", ack: false);
        var sent = await SendTrackedAsync(ann, "group:ops", 1);

        await Eventually.That("both have it, and one has acknowledged", async () =>
            await StatusAsync(ann, sent, "group:ops") is { Delivered: 3, Acknowledged: 2, State: WsmqDeliveryState.Acknowledged, Readers: null });

        var readers = await ann.Connection.InvokeAsync<WsmqReaderStatus[]>("MessageReaders", "group:ops", sent.Position, null);
        readers.Select(r => (r.User, r.Device, r.State)).Should().Equal(
            ("ann", null, WsmqDeliveryState.Acknowledged), ("bob", null, WsmqDeliveryState.Acknowledged), ("cat", null, WsmqDeliveryState.Delivered));
        (await ann.Connection.InvokeAsync<WsmqReaderStatus[]>("MessageReaders", "group:ops", sent.Position, "bob")).Should().ContainSingle();
        (await bob.Connection.InvokeAsync<WsmqReaderStatus[]>("MessageReaders", "group:ops", sent.Position, null)).Should().BeEmpty("he has not sent it");
    }

    [Fact]
    public async Task A_tracked_message_with_a_delay_has_a_status_once_it_is_due_and_the_app_sees_it_as_well()
    {
        var node = await StartAsync();
        await using var ann = await PlainClient.ConnectAsync(node, "ann");
        var receipt = await ann.Connection.InvokeAsync<WsmqReceipt>("Send", new { to = "user:bob", id = "later", body = 1, track = true, delay = 50 });
        receipt.DueAt.Should().NotBeNull();

        WsmqMessageStatus? status = null;
        await Eventually.That("it is due", async () =>
            (status = await ann.Connection.InvokeAsync<WsmqMessageStatus?>("MessageStatus", "user:bob", null, "later")) is not null);

        var tracking = node.Services.GetRequiredService<IWsmqTracking>();
        (await tracking.GetStatusAsync(WsmqAddress.User("bob"), WsmqPosition.Parse(status!.Position)))!.Id.Should().Be("later");
        (await tracking.ListAsync(WsmqAddress.User("bob"), "ann", WsmqPosition.Start)).Should().ContainSingle();
        (await tracking.ListAsync(WsmqAddress.User("bob"), null, WsmqPosition.Start)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_user_has_at_most_so_many_tracked_messages_and_a_job_is_not_tracked()
    {
        var node = await StartAsync(o => (o.Limits.UserTrackedMessages, o.Queues["jobs"]) = (1, new WsmqQueueOptions()));
        await using var ann = await PlainClient.ConnectAsync(node, "ann");
        await SendTrackedAsync(ann, "user:bob", 1);

        (await RefusalAsync(() => SendTrackedAsync(ann, "user:bob", 2))).Should().Be(WsmqErrors.TooManyTracked);
        (await RefusalAsync(() => SendTrackedAsync(ann, "work:jobs", 2))).Should().Be(WsmqErrors.InvalidMessage);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync("1");

        static async Task<WsmqError?> RefusalAsync(Func<Task> call) => WsmqError.Find((await call.Should().ThrowAsync<HubException>()).Which.Message);
    }

    private static Task<WsmqReceipt> SendTrackedAsync(PlainClient client, string to, int number, TimeSpan? life = null) =>
        client.Connection.InvokeAsync<WsmqReceipt>("Send", Message(to, number) with { Track = true, TimeToLive = life });

    private static Task<WsmqMessageStatus?> StatusAsync(PlainClient client, WsmqReceipt receipt, string to = "user:bob") =>
        client.Connection.InvokeAsync<WsmqMessageStatus?>("MessageStatus", to, receipt.Position, null);
}
