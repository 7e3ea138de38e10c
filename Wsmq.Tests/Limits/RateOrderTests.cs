using Wsmq.Tests.Support;


namespace Wsmq.Tests.Limits;

/// <summary>A sender that exceeds its rate waits, and its messages keep their order.</summary>
public sealed class RateOrderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("messages of a user")]
    [InlineData("messages of a connection")]
    [InlineData("bytes of a user")]
    public async Task Messages_refused_by_a_rate_limit_are_stored_in_the_order_of_the_calls(string limit)
    {
        const int Count = 300;
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")), o => Set(o.Limits, limit));
        await using var bob = await TypedClient.StartAsync(node.Hub, "bob");
        await using var alice = await TypedClient.StartAsync(node.Hub, "alice");

        var receipts = await alice.SendAsync("user:bob", Enumerable.Range(0, Count));

        receipts.Select(r => r.Position).Should().BeInAscendingOrder(StringComparer.Ordinal).And.OnlyHaveUniqueItems();
        await bob.HandlesAsync(Enumerable.Range(0, Count));
    }

    private static void Set(WsmqLimitOptions limits, string limit)
    {
        switch (limit)
        {
            case "messages of a user":
                (limits.UserSendsPerSecond, limits.UserSendBurst) = (500, 100);
                break;
            case "messages of a connection":
                (limits.ConnectionSendsPerSecond, limits.ConnectionSendBurst) = (500, 100);
                break;
            default:
                // Some 100 bytes a message.
                (limits.UserSendBytesPerMinute, limits.UserSendByteBurst) = (1_000_000, 10_000);
                break;
        }
    }
}
