using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

// Messages with a place in a sequence, for apps that keep an outbox of their own.
public abstract partial class RealServerContract
{
    [Fact]
    public async Task A_place_in_a_sequence_is_repeated_by_another_client_and_over_another_node()
    {
        await StartNodesAsync();
        var (alice, again) = (await StartClientAsync(A.Hub, "alice"), await StartClientAsync(B.Hub, "alice"));
        var bob = await StartClientAsync(B.Hub, "bob");

        var first = await SendAsync(alice, 1);
        var repeated = await SendAsync(again, 1);
        var skips = (await FluentActions.Awaiting(() => SendAsync(again, 3)).Should().ThrowAsync<WsmqException>()).Which;
        await SendAsync(again, 2);
        await SendAsync(alice, 3);

        first.Should().Match<WsmqReceipt>(r => r.Id == "outbox-1-1" && !r.Duplicate);
        repeated.Should().Be(first with { Duplicate = true });
        (skips.Error, skips.Message).Should().Be((WsmqErrors.OutOfSequence, WsmqErrors.OutOfSequence + " (the last number known is 1)"));
        await bob.HandlesAsync([1, 2, 3]);

        // Another client after a restart, for example: it has the same id, whatever else the message asks for.
        var tracked = new WsmqSendOptions { Sequence = new WsmqSequence("outbox", 1, 4), Track = true };
        var fourth = await alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(4), tracked);
        (await again.Client.SendAsync(WsmqAddress.User("bob"), new Number(4), tracked)).Should().Be(fourth with { Duplicate = true });
        var later = new WsmqSendOptions { Sequence = new WsmqSequence("outbox", 1, 5), Delay = TimeSpan.FromMilliseconds(1) };
        var fifth = await alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(5), later);
        (await again.Client.SendAsync(WsmqAddress.User("bob"), new Number(5), later)).Should().Match<WsmqReceipt>(r => r.Id == fifth.Id && r.Duplicate);
        await bob.HandlesAsync([1, 2, 3, 4, 5]);

        static Task<WsmqReceipt> SendAsync(TypedClient client, int number) => client.Client.SendAsync(
            WsmqAddress.User("bob"), new Number(number), new WsmqSendOptions { Sequence = new WsmqSequence("outbox", 1, number) });
    }
}
