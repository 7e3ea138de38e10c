using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Fuzz;

/// <summary>Entries in Redis that another program wrote: a client receives a gap in their place, and none of their content.</summary>
public sealed class ForeignEntryTests(SharedRedis redis) : IAsyncLifetime, IClassFixture<SharedRedis>
{
    private const string Metadata = """{"id":"forged","sentAt":1}""";

    /// <summary>
    /// The fields <c>p</c> and <c>e</c> with their values, or other fields. <c>PREVIOUS</c> stands for the position that a valid entry
    /// would follow.
    /// </summary>
    private static readonly Dictionary<string, (string Part, RedisValue[] Fields)> Entries = new()
    {
        ["no known field"] = ("0", ["message", "hello"]),
        ["one field"] = ("0", ["p", "PREVIOUS"]),
        ["content only"] = ("0", ["e", Content(Metadata, "1"u8)]),
        ["fields in another order"] = ("0", ["e", Content(Metadata, "1"u8), "p", "PREVIOUS"]),
        ["an unknown field before the known ones"] = ("0", ["v", "2", "p", "PREVIOUS", "e", Content(Metadata, "1"u8)]),
        ["thousands of fields"] = ("0", [.. Enumerable.Range(0, 20_000).Select(i => (RedisValue)$"f{i}")]),
        ["an ID as XADD * creates it"] = ("1", ["p", "PREVIOUS", "e", Content(Metadata, "1"u8)]),
        ["previous is not a position"] = ("0", ["p", "hello", "e", Content(Metadata, "1"u8)]),
        ["previous is empty"] = ("0", ["p", "", "e", Content(Metadata, "1"u8)]),
        ["previous is after the entry"] = ("0", ["p", "9007199254740991", "e", Content(Metadata, "1"u8)]),
        ["previous is after the largest position"] = ("0", ["p", "9999999999999999", "e", Content(Metadata, "1"u8)]),
        ["no content"] = ("0", ["p", "PREVIOUS", "e", ""]),
        ["content truncated within its lengths"] = ("0", ["p", "PREVIOUS", "e", new byte[] { 0, 0, 0 }]),
        ["content truncated"] = ("0", ["p", "PREVIOUS", "e", Content(Metadata, "12345"u8).AsSpan(0, 20).ToArray()]),
        ["content with a trailing byte"] = ("0", ["p", "PREVIOUS", "e", (byte[])[.. Content(Metadata, "1"u8), 1]]),
        ["negative lengths"] = ("0", ["p", "PREVIOUS", "e", (byte[])[0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 2, 1, 2]]),
        ["lengths that overflow"] = ("0", ["p", "PREVIOUS", "e", (byte[])[0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 1]]),
        ["text instead of the content"] = ("0", ["p", "PREVIOUS", "e", """{"id":"forged","body":1}"""]),
        ["metadata that is not JSON"] = ("0", ["p", "PREVIOUS", "e", Content("hello", "1"u8)]),
        ["metadata with a source"] = ("0", ["p", "PREVIOUS", "e", Content("""{"id":"forged","sentAt":1,"source":"user:x"}""", "1"u8)]),
        ["metadata of a newer version"] = ("0", ["p", "PREVIOUS", "e", Content("""{"id":"forged","sentAt":1,"priority":5}""", "1"u8)]),
        ["metadata that ends the frame"] = ("0", ["p", "PREVIOUS", "e", Content("{\"id\":\"forged\",\"sentAt\":1}]}\u001e{}", "1"u8)]),
        ["body that is not JSON"] = ("0", ["p", "PREVIOUS", "e", Content(Metadata, "hello"u8)]),
        ["body that ends the frame"] = ("0", ["p", "PREVIOUS", "e", Content(Metadata, "1}]}\u001e{\"type\":7}\u001e"u8)]),
        ["body that is not UTF-8"] = ("0", ["p", "PREVIOUS", "e", Content(Metadata, [(byte)'"', 0xC0, 0x9E, (byte)'"'])]),
        ["deeply nested body"] = ("0", ["p", "PREVIOUS", "e", Content(Metadata, Encoding.UTF8.GetBytes(HostileValues.Nested(10_000)))]),
        ["20 MiB of zeros"] = ("0", ["p", "PREVIOUS", "e", Content(Metadata, new byte[20 * 1024 * 1024])]),
    };

    // Only the names: the fields would become part of the name of each case, including the 20 MiB of zeros.
    public static TheoryData<string> Names => [.. Entries.Keys];

    private readonly string _prefix = redis.NextPrefix();
    private readonly RecordedLogs _logs = new();
    private TestNode _node = null!;
    private ConnectionMultiplexer _admin = null!;

    private IDatabase Redis => _admin.GetDatabase();

    private RedisKeys Keys => new(_prefix, 64);

    public async Task InitializeAsync()
    {
        _admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        _node = await TestNode.StartAsync(
            s => s.UseRedis(redis.Server.EndPoint, o => (o.KeyPrefix, o.JournalBytes) = (_prefix, 0)),
            o => o.Delivery.TailCheckInterval = TimeSpan.FromMilliseconds(200),
            b => b.Logging.AddProvider(_logs));
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _admin.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_foreign_entry_is_announced_as_a_gap_and_readers_receive_the_entries_after_it(string what)
    {
        var (part, fields) = Entries[what];
        await using var live = await PlainClient.ConnectAsync(_node, "bob", ack: false);
        var first = await live.SendAsync("user:bob", 1);
        var foreign = await InsertAsync(WsmqAddress.User("bob"), first.Position, part, fields);
        await live.SendAsync("user:bob", 2);

        await live.ReceivesAsync("1", "2");
        await using var later = await PlainClient.ConnectAsync(_node, "bob", "later", ack: false);
        await later.ReceivesAsync("1", "2");

        foreach (var client in new[] { live, later })
        {
            client.Gaps.Should().NotBeEmpty(what).And.OnlyContain(g => g.Reason == WsmqGapReasons.Lost && g.Received == 1, what);
            string.CompareOrdinal(client.Gaps[^1].Before, foreign).Should().BePositive(what);
            client.Received.Should().NotContain(d => d.Id == "forged");
        }

        _logs.Of(LogLevel.Error).Should().NotContain(l => !l.Contains("corrupt or foreign", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_foreign_entry_at_the_start_of_a_log_does_not_hide_the_entries_after_it(string what)
    {
        var (part, fields) = Entries[what];
        var to = WsmqAddress.User("bob");
        await InsertAsync(to, "1700000000000000", part, fields);
        await _node.Publisher.SendAsync(to, 2);

        await using var bob = await PlainClient.ConnectAsync(_node, "bob");

        await bob.ReceivesAsync("2");
        bob.Closed.Should().BeNull(what);
    }

    [Fact]
    public async Task Fields_that_a_newer_version_appends_to_an_entry_are_ignored()
    {
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");
        var first = await bob.SendAsync("user:bob", 1);
        await InsertAsync(WsmqAddress.User("bob"), first.Position, "0", ["p", "PREVIOUS", "e", Content("""{"id":"new","sentAt":1}""", "7"u8), "v", "2"]);
        await bob.SendAsync("user:bob", 2);
        await bob.ReceivesAsync("1", "7", "2");
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task Entries_deleted_at_the_tail_are_announced_as_one_gap_and_not_read_repeatedly()
    {
        var sent = new List<WsmqReceipt>();
        for (var i = 1; i <= 3; i++)
            sent.Add(await _node.Publisher.SendAsync(WsmqAddress.User("bob"), i));
        await Redis.StreamDeleteAsync(Keys.Log(WsmqAddress.User("bob")), [.. sent.Skip(1).Select(r => (RedisValue)$"{r.Position}-0")]);

        await using var later = await PlainClient.ConnectAsync(_node, "bob", "later", ack: false);

        await Eventually.That("the gap is announced", () => later.Gaps.Count > 0);
        later.Gaps.Should().ContainSingle().Which.Should().Match<GapSeen>(g => g.Reason == WsmqGapReasons.Lost && g.After == sent[0].Position);
        await RedisCalm.ComesAsync(_admin.GetServers()[0], 200);
        await later.SendAsync("user:bob", 4);
        await later.ReceivesAsync("1", "4");
    }

    [Fact]
    public async Task Entries_past_the_tail_are_not_delivered_and_a_send_to_that_log_fails_as_store_corrupt()
    {
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");
        await bob.SendAsync("user:bob", 1);
        await Redis.StreamAddAsync(Keys.Log(WsmqAddress.User("bob")), [new("p", "0000000000000000"), new("e", Content(Metadata, "1"u8))], "9999999999999999-0");

        var refused = await Record.ExceptionAsync(() => bob.SendAsync("user:bob", 2));

        WsmqError.Find(refused?.Message).Should().Be(WsmqErrors.StoreCorrupt);
        await bob.SendAsync("user:carol", 3);
        await bob.ReceivesAsync("1");
        bob.Gaps.Should().BeEmpty();
    }

    /// <summary>Adds an entry after a position and moves the tail to it, as a program that knows the keys could.</summary>
    private async Task<string> InsertAsync(WsmqAddress to, string after, string part, RedisValue[] fields)
    {
        var position = new WsmqPosition(long.Parse(after, CultureInfo.InvariantCulture) + 10).ToString();
        object[] added = [Keys.Log(to), $"{position}-{part}", .. fields.Concat(fields.Length % 2 == 0 ? [] : (RedisValue[])["x"]).Select(f => (object)(f == "PREVIOUS" ? after : f))];
        await Redis.ExecuteAsync("XADD", added);
        await Redis.HashSetAsync(Keys.Meta(to), "t", position);
        return position;
    }

    private static byte[] Content(string metadata, ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetBytes(metadata);
        var content = new byte[8 + text.Length + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(content, text.Length);
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(4), body.Length);
        text.CopyTo(content, 8);
        body.CopyTo(content.AsSpan(8 + text.Length));
        return content;
    }
}
