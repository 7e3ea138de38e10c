using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

/// <summary>The search of addresses on Redis: a cursor of SCAN belongs to one run of one server.</summary>
public sealed class RedisKeyScanTests
{
    private const int Count = 2_000;

    [Fact]
    public async Task After_a_restart_of_the_server_the_search_begins_again_and_misses_nothing()
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: true);
        await using var h = await RedisHarness.StartAsync(redis.EndPoint, "t", new WsmqOptions());
        var addresses = Enumerable.Range(0, Count).Select(i => WsmqAddress.User($"u{i}")).OrderBy(Text).ToArray();
        foreach (var some in addresses.Chunk(500))
            await h.AppendAsync([.. some.Select(a => h.New(a))]);

        var half = await SearchAsync(h, null, Count / 2);
        var rest = await SearchAsync(h, half.Next, int.MaxValue);
        await redis.RestartAsync();
        await Eventually.That("the store is available", () => h.Store.IsAvailableAsync(default));
        var again = await SearchAsync(h, half.Next, int.MaxValue);

        rest.Found.Should().HaveCountLessThan(Count, "a server that was not restarted goes on where it was");

        // In order: BeEquivalentTo compares each with each, which takes a minute.
        half.Found.Concat(rest.Found).Distinct().OrderBy(Text).Should().Equal(addresses);
        again.Found.Distinct().OrderBy(Text).Should().Equal(addresses, "the server has another order now");
    }

    private static string Text(WsmqAddress address) => address.ToString();

    private static async Task<(List<WsmqAddress> Found, string? Next)> SearchAsync(StoreHarness h, string? next, int enough)
    {
        var found = new List<WsmqAddress>();
        do
        {
            var page = await h.Store.Inspection.AddressesAsync(default, next, 100, default);
            found.AddRange(page.Items.Select(a => a.Address));
            next = page.Next;
        }
        while (next is not null && found.Count < enough);
        return (found, next);
    }
}
