using System.Globalization;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Entries over the age, count or byte limit of a log are removed and announced as a gap; later ones are delivered.</summary>
public sealed class LogLimitTests(SharedRedis redis) : IDisposable, IClassFixture<SharedRedis>
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private readonly TempFolder _folder = new();

    public static IReadOnlyList<string> Options { get; } = ["Retention.MaxAge", "Retention.MaxCount", "Retention.MaxBytes"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Retention.MaxAge", "SQLite")]
    [InlineData("Retention.MaxAge", "Redis")]
    [InlineData("Retention.MaxCount", "SQLite")]
    [InlineData("Retention.MaxCount", "Redis")]
    [InlineData("Retention.MaxBytes", "SQLite")]
    [InlineData("Retention.MaxBytes", "Redis")]
    public async Task Entries_beyond_a_retention_limit_are_announced_as_a_gap(string option, string store)
    {
        await using var node = await TestNode.StartAsync(
            s => _ = store == "Redis" ? s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = redis.NextPrefix()) : s.UseSqlite(_folder.File("wsmq.db")),
            o =>
            {
                o.Publish.MaxBodyBytes = 64 * 1024;
                (o.Retention.MaxAge, o.Retention.MaxCount, o.Retention.MaxBytes) = option switch
                {
                    "Retention.MaxAge" => (MaxAge, o.Retention.MaxCount, o.Retention.MaxBytes),
                    "Retention.MaxCount" => (o.Retention.MaxAge, 5, o.Retention.MaxBytes),
                    _ => (o.Retention.MaxAge, o.Retention.MaxCount, 1024 * 1024),
                };
            });
        await using (var before = await PlainClient.ConnectAsync(node, "bob"))
            await before.Connection.InvokeAsync("Resume", "user:bob", "0000000000000000");

        var receipts = new List<WsmqReceipt>();
        for (var i = 0; i < 40; i++)
            receipts.Add(await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Data = new byte[60_000] }));
        if (option == "Retention.MaxAge")
            await Eventually.That("the last one has expired", () => AgeOf(receipts[^1]) > MaxAge);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        // On a busy machine a message may expire before it is read.
        await Eventually.That("a new one arrives", async () =>
        {
            var last = await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Data = new byte[1] });
            await Eventually.That("it is read, or has expired", () => bob.Received.Any(d => d.Position == last.Position) || AgeOf(last) > MaxAge);
            return bob.Received.Any(d => d.Position == last.Position);
        });
        bob.Gaps.Should().NotBeEmpty().And.OnlyContain(g => g.Reason == "retention" && g.Source == "user:bob");
        var missing = receipts.Where(r => bob.Received.All(d => d.Position != r.Position)).ToList();
        missing.Should().NotBeEmpty().And.OnlyContain(r => bob.Gaps.Any(
            g => string.CompareOrdinal(g.After, r.Position) < 0 && string.CompareOrdinal(r.Position, g.Before) < 0));
        if (option == "Retention.MaxBytes")
            (receipts.Count - missing.Count).Should().BeInRange(14, 18, "a mebibyte holds 17, less a sixteenth");
    }

    // Positions are microseconds of this machine's clock.
    private static TimeSpan AgeOf(WsmqReceipt receipt) => DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch.AddMicroseconds(long.Parse(receipt.Position, CultureInfo.InvariantCulture));
}
