using System.Globalization;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <content>Sends whose answers are lost, and which are repeated by their numbers.</content>
public abstract partial class RealServerContract
{
    [Theory]
    [InlineData(3)]
    [InlineData(20261129)]
    public async Task Sends_to_many_addresses_over_connections_that_are_cut_reach_each_once_over_whatever_node(int seed)
    {
        const int Count = 1500;
        const int Users = 7;
        await StartNodesAsync();
        var (random, connects) = (new Random(seed), 0);
        var proxy = Keep(new TcpProxy(() => connects++ % 2 == 0 ? A.Hub : B.Hub, () => random.Next(4_000, 40_000)));
        var alice = await StartClientAsync(proxy.Hub, "alice", configure: o => o.SendTimeout = TimeSpan.FromSeconds(110));
        var readers = new List<TypedClient>();
        for (var u = 0; u < Users; u++)
            readers.Add(await StartClientAsync(A.Hub, $"reader{u}"));

        var results = await alice.Client.SendManyAsync([.. Numbers(Count).Select(n => Message($"user:reader{n % Users}", n))]);

        var context = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {proxy.Cuts} cuts");
        proxy.Cuts.Should().BeGreaterThan(3, context);
        results.Should().OnlyContain(r => r.Exception == null, context);
        for (var u = 0; u < Users; u++)
        {
            var expected = Numbers(Count).Where(n => n % Users == u).ToArray();
            await readers[u].HandlesAsync(expected);
            var receipts = expected.Select(n => results[n].Receipt!).ToArray();
            receipts.ShouldBeAt(readers[u].Messages.Select(m => m.Position.ToString()), context);
            readers[u].Messages.Select(m => m.Id).Should().Equal(receipts.Select(r => r.Id), context);
        }
    }

    [Fact]
    public async Task A_client_that_may_not_open_another_stream_of_a_producer_sends_with_ids()
    {
        await StartNodesAsync(o => (o.Limits.UserProducersPerHour, o.Limits.UserProducerBurst) = (1, 1));
        var first = await StartClientAsync(A.Hub, "alice");
        var second = await StartClientAsync(A.Hub, "alice");
        var bob = await StartClientAsync(B.Hub, "bob");

        var numbered = await first.SendAsync(Bob, [0, 1]);
        var identified = await second.SendAsync(Bob, [2, 3]);

        await bob.HandlesAsync(Numbers(4));
        numbered.Select(r => r.Id[^2..]).Should().Equal("-1", "-2");
        identified.Should().OnlyContain(r => r.Id.Length == 32);
        (await second.Client.SendAsync(Message(Bob, 4) with { Id = identified[0].Id })).Duplicate.Should().BeTrue();
    }

    private static WsmqOutgoingMessage Message(string to, int number) =>
        WsmqOutgoingMessage.From(WsmqAddress.Parse(to), new Number(number), new WsmqSendOptions { Type = nameof(Number) });
}
