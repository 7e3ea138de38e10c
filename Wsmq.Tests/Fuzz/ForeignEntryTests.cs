using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Redis;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Fuzz;

/// <summary>Entries in Redis that another program wrote: nothing of them reaches a client but the word that something is missing.</summary>
public sealed class ForeignEntryTests(SharedRedis redis) : IAsyncLifetime, IClassFixture<SharedRedis>
{
    private const string Metadata = """{"id":"forged","sentAt":1}""";

    /// <summary>What stands behind <c>p</c> and <c>e</c>, or other fields; <c>PREVIOUS</c> is what a right entry would follow.</summary>
    private static readonly Dictionary<string, (string Part, RedisValue[] Fields)> Entries = new()
    {
        ["no field of ours"] = ("0", ["message", "hello"]),
        ["one field"] = ("0", ["p", "PREVIOUS"]),
        ["content alone"] = ("0", ["e", Content(Metadata, "1"u8)]),
        ["fields in another order"] = ("0", ["e", Content(Metadata, "1"u8), "p", "PREVIOUS"]),
        ["a field before ours"] = ("0", ["v", "2", "p", "PREVIOUS", "e", Content(Metadata, "1"u8)]),
        ["thousands of fields"] = ("0", [.. Enumerable.Range(0, 20_000).Select(i => (RedisValue)$"f{i}")]),
        ["an ID that XADD * makes"] = ("1", ["p", "PREVIOUS", "e", Content(Metadata, "1"u8)]),
        ["previous is no position"] = ("0", ["p", "hello", "e", Content(Metadata, "1"u8)]),
        ["previous is empty"] = ("0", ["p", "", "e", Content(Metadata, "1"u8)]),
        ["previous is beyond it"] = ("0", ["p", "9007199254740991", "e", Content(Metadata, "1"u8)]),
        ["previous is beyond all"] = ("0", ["p", "9999999999999999", "e", Content(Metadata, "1"u8)]),
        ["no content"] = ("0", ["p", "PREVIOUS", "e", ""]),
        ["content cut off in its lengths"] = ("0", ["p", "PREVIOUS", "e", new byte[] { 0, 0, 0 }]),
        ["content cut off"] = ("0", ["p", "PREVIOUS", "e", Content(Metadata, "12345"u8).AsSpan(0, 20).ToArray()]),
        ["content with more behind it"] = ("0", ["p", "PREVIOUS", "e", (byte[])[.. Content(Metadata, "1"u8), 1]]),
        ["lengths that are negative"] = ("0", ["p", "PREVIOUS", "e", (byte[])[0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 2, 1, 2]]),
        ["lengths that overflow"] = ("0", ["p", "PREVIOUS", "e", (byte[])[0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 1]]),
        ["text in place of the content"] = ("0", ["p", "PREVIOUS", "e", """{"id":"forged","body":1}"""]),
        ["metadata that are no JSON"] = ("0", ["p", "PREVIOUS", "e", Content("hello", "1"u8)]),
        ["metadata that name a source"] = ("0", ["p", "PREVIOUS", "e", Content("""{"id":"forged","sentAt":1,"source":"user:x"}""", "1"u8)]),
        ["metadata of a newer program"] = ("0", ["p", "PREVIOUS", "e", Content("""{"id":"forged","sentAt":1,"priority":5}""", "1"u8)]),
        ["metadata that end the frame"] = ("0", ["p", "PREVIOUS", "e", Content("{\"id\":\"forged\",\"sentAt\":1}]}\u001e{}", "1"u8)]),
        ["body that is no JSON"] = ("0", ["p", "PREVIOUS", "e", Content(Metadata, "hello"u8)]),
        ["body that ends the frame"] = ("0", ["p", "PREVIOUS", "e", Content(Metadata, "1}]}\u001e{\"type\":7}\u001e"u8)]),
        ["body that is no UTF-8"] = ("0", ["p", "PREVIOUS", "e", Content(Metadata, [(byte)'"', 0xC0, 0x9E, (byte)'"'])]),
        ["body that nests deeply"] = ("0", ["p", "PREVIOUS", "e", Content(Metadata, Encoding.UTF8.GetBytes(HostileValues.Nested(10_000)))]),
        ["20 MiB of zeros"] = ("0", ["p", "PREVIOUS", "e", Content(Metadata, new byte[20 * 1024 * 1024])]),
    };

    // A name alone: fields would stand in the name of each case, 20 MiB of them too.
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
            s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix),
            o => o.TailCheckInterval = TimeSpan.FromMilliseconds(200),
            b => b.Logging.AddProvider(_logs));
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _admin.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Readers_hear_that_it_is_lost_and_go_on(string what)
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

        _logs.Of(LogLevel.Error).Should().NotContain(l => !l.Contains("not of this program's making", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task As_the_oldest_entry_it_hides_nothing_behind_it(string what)
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
    public async Task Fields_that_a_newer_program_added_behind_ours_do_no_harm()
    {
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");
        var first = await bob.SendAsync("user:bob", 1);
        await InsertAsync(WsmqAddress.User("bob"), first.Position, "0", ["p", "PREVIOUS", "e", Content("""{"id":"new","sentAt":1}""", "7"u8), "v", "2"]);
        await bob.SendAsync("user:bob", 2);
        await bob.ReceivesAsync("1", "7", "2");
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task Entries_that_somebody_deleted_at_the_end_are_lost_and_are_not_asked_for_again_and_again()
    {
        var sent = new List<WsmqReceipt>();
        for (var i = 1; i <= 3; i++)
            sent.Add(await _node.Publisher.SendAsync(WsmqAddress.User("bob"), i));
        await Redis.StreamDeleteAsync(Keys.Log(WsmqAddress.User("bob")), [.. sent.Skip(1).Select(r => (RedisValue)$"{r.Position}-0")]);

        await using var later = await PlainClient.ConnectAsync(_node, "bob", "later", ack: false);

        await Eventually.That("it is announced", () => later.Gaps.Count > 0);
        later.Gaps.Should().ContainSingle().Which.Should().Match<GapSeen>(g => g.Reason == WsmqGapReasons.Lost && g.After == sent[0].Position);
        await RedisCalm.ComesAsync(_admin.GetServers()[0], 200);
        await later.SendAsync("user:bob", 4);
        await later.ReceivesAsync("1", "4");
    }

    [Fact]
    public async Task Entries_beyond_the_tail_are_not_read_and_the_sender_hears_that_the_log_is_damaged()
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

    /// <summary>Puts an entry behind a position, and the tail there, as a program would that knows the keys.</summary>
    private async Task<string> InsertAsync(WsmqAddress to, string behind, string part, RedisValue[] fields)
    {
        var position = new WsmqPosition(long.Parse(behind, CultureInfo.InvariantCulture) + 10).ToString();
        object[] added = [Keys.Log(to), $"{position}-{part}", .. fields.Concat(fields.Length % 2 == 0 ? [] : (RedisValue[])["x"]).Select(f => (object)(f == "PREVIOUS" ? behind : f))];
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
