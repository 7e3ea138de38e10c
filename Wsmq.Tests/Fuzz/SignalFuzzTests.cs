using System.Text;
using CsCheck;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Server.Stores.Redis.Journals;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Fuzz;

/// <summary>Foreign messages that another program publishes on the channels of the nodes.</summary>
[Collection(SharedRedis.Name)]
public sealed class SignalFuzzTests(SharedRedis redis, ITestOutputHelper output)
{
    private static readonly byte[] Name = new LogKeys("x", 64, WsmqAddress.User("bob")).Name;

    /// <summary>Parts of valid signals in any order, truncated and mixed with any bytes.</summary>
    private static readonly Gen<byte[]> GenSignal = Gen.OneOf(
            Gen.Byte.Array[0, 30],
            Gen.Int[0, 16].Select(i => new byte[][]
            {
                [(byte)'A'], [(byte)'A', .. Name], [(byte)'E'], [(byte)'P'], [(byte)'M'], [(byte)'L'], [(byte)'R'], [0, 3, (byte)'b', (byte)'o', (byte)'b'],
                "0000000000000001"u8.ToArray(), "0000000000000000"u8.ToArray(), "9007199254740992"u8.ToArray(), "99999999999999999999"u8.ToArray(),
                [0, 0, 0, 5, 0, 0, 0, 1], [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF], "{}1"u8.ToArray(),
            }[i]))
        .Array[0, 12].Select(parts => parts.SelectMany(p => p).ToArray());

    [Fact]
    public void Any_bytes_are_read_completely_as_signals_or_refused() => GenSignal.Sample(
        bytes =>
        {
            var reader = new RedisSignalReader(bytes);
            for (var i = 0; !reader.IsAtEnd; i++)
            {
                if (!reader.TryRead(out var signal))
                    return true;
                if (i > bytes.Length || (signal.Position != WsmqPosition.Start && signal.Previous >= signal.Position))
                    return false;
            }

            return true;
        },
        iter: 50_000);

    /// <summary>Head and blob of one message for bob, with some bytes changed, and cut.</summary>
    private static readonly Gen<byte[][]> GenJournal = Gen.Select(GenChanges, GenChanges, (head, blob) => new[] { Changed(Head, head), Changed(Blob, blob) });

    private static Gen<(int At, byte Value)[]> GenChanges => Gen.Select(Gen.Int[0, 120], Gen.Int[0, 5].Select(i => "\0\u0001\u007F-9B"u8.ToArray()[i])).Array[0, 4];

    private static byte[] Head => [(byte)'H', .. Entry, .. "0000000000000002"u8, .. "0000000000000001"u8, .. Entry, .. "0000"u8];

    private static byte[] Blob =>
    [
        (byte)'B', .. Entry, 0, 0, 0, 1, 0, 0, 0, (byte)(39 + Name.Length - 2), 0, 0, 0, 11, 0, (byte)(Name.Length - 2), .. Name[2..], 0, 0, 0, 2, 0, 0, 0, 1,
        .. "{}1"u8,
    ];

    private static byte[] Entry => [.. Enumerable.Repeat((byte)'1', 24)];

    private static byte[] Both(byte[] head, byte[] blob) => [.. Encoding.ASCII.GetBytes($"C{head.Length:D6}"), .. head, .. blob];

    // Past the end: cut there.
    private static byte[] Changed(byte[] bytes, (int At, byte Value)[] changes)
    {
        foreach (var (at, value) in changes)
        {
            if (at >= bytes.Length)
                bytes = bytes[..(at % bytes.Length)];
            else
                bytes[at] = value;
            if (bytes.Length == 0)
                return [(byte)'B'];
        }

        return bytes;
    }

    [Fact]
    public void Any_head_and_blob_of_a_journal_are_read_or_refused()
    {
        var read = 0;
        var intact = new JournalSignals((_, signal) => read += StoreHarness.Text(signal.Entry!) == "1" ? 1 : 0);
        (intact.TryRead(Head), intact.TryRead(Blob), read).Should().Be((true, true, 1));
        (intact.TryRead(Both(Head, Blob)), read).Should().Be((true, 2));

        GenJournal.Sample(
            parts =>
            {
                var isValid = true;
                var reader = new JournalSignals((_, signal) => isValid &= signal.Previous < signal.Position && signal.Entry!.Position == signal.Position);
                foreach (var part in parts.Append(Both(parts[0], parts[1])).Where(p => JournalSignals.IsPart(p)))
                    reader.TryRead(part);
                return isValid;
            },
            iter: 50_000);
    }

    [Fact]
    public async Task Garbage_on_every_channel_of_a_node_does_not_affect_connections_and_deliveries()
    {
        var prefix = redis.NextPrefix();
        var logs = new RecordedLogs();
        await using var admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        await using var node = await TestNode.StartAsync(
            s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix),
            o => o.Delivery.TailCheckInterval = TimeSpan.FromMilliseconds(200), b => b.Logging.AddProvider(logs));
        await node.Groups.AddToGroupAsync("bob", "ops");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await bob.Connection.InvokeAsync("Ack", "user:bob", "0000000000000000");
        var channels = (await admin.GetServers()[0].SubscriptionChannelsAsync(RedisChannel.Pattern($"{prefix}:*"))).ToArray();
        channels.Should().HaveCountGreaterThan(8, "signals, access changes, four of SignalR's backplane, and one for each user, connection and group");

        var random = new Random(FuzzSettings.Seed);
        for (var i = 0; i < 500; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (i % 2 == 0)
                bytes = [(byte)"AEPMLCUGJDRHB\u0092\u0094\u0095"[random.Next(16)], .. bytes];
            if (i % 5 == 0)
                bytes = [(byte)'A', .. Name, .. bytes];
            await admin.GetSubscriber().PublishAsync(RedisChannel.Literal(channels[i % channels.Length].ToString()), bytes);
            if (i % 50 == 0)
                await alice.SendAsync("user:bob", i);
        }

        await Eventually.That("all of alice's messages are delivered", () => bob.Received.Count == 10);
        bob.Bodies.Should().Equal(Enumerable.Range(0, 10).Select(i => $"{50 * i}"));
        (bob.Gaps.Count, bob.Live.Count, bob.Closed, alice.Closed).Should().Be((0, 0, null, null), $"seed {FuzzSettings.Seed}");

        // The second text is logged by SignalR's backplane for a reply that it cannot read.
        logs.Of(LogLevel.Error).Should().NotContain(l => !l.Contains("corrupt or foreign", StringComparison.Ordinal)
            && !l.Contains("not supported by this server", StringComparison.Ordinal));
        output.WriteLine($"fuzz: signals: 500 messages on {channels.Length} channels, {logs.Of(LogLevel.Error).Count()} logged as foreign, seed {FuzzSettings.Seed}");
    }
}
