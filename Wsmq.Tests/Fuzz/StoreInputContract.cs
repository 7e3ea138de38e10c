using CsCheck;
using Wsmq.Server.Stores;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Fuzz;

/// <summary>Arguments of the right type and with any content: the store returns them unchanged, or refuses them with a code.</summary>
public abstract class StoreInputContract
{
    private protected abstract Task<StoreHarness> CreateAsync();

    private static readonly Gen<byte[]> GenBytes = Gen.OneOf(
        Gen.Byte.Array[0, 64],
        Gen.Int[0, 7].Select(i => new byte[][] { [], [0], [0x1E], [0xFF, 0xFF, 0xFF, 0xFF], [(byte)'A', 0, 1, (byte)'u', (byte)'E'], [13, 10, 42, 49, 13, 10], [255, 0, 0, 0, 8], [0x93, 1] }[i]),
        Gen.Int[0, 70_000].Select(n => new byte[n]));

    private static readonly Gen<string> GenId = Gen.OneOf(
        Gen.String, Gen.Char.Array[0, 200].Select(c => new string(c)),
        Gen.Int[0, 5].Select(i => new[] { "slice", "\0", ":", "a\u001eb", "\r\n", "\ud83d\ude00" }[i]));

    [Fact]
    public async Task Batches_with_any_content_are_read_back_unchanged()
    {
        await using var h = await CreateAsync();
        var run = 0;
        await Gen.Select(Gen.Int[0, 4], GenId, GenBytes, GenBytes).List[1, 60].SampleAsync(
            async items =>
            {
                var mine = Interlocked.Increment(ref run);
                var requests = items.Select((x, i) => new AppendRequest(WsmqAddress.User($"u{mine}.{x.Item1}"), "s", $"{i}:{x.Item2}", x.Item3, x.Item4)).ToArray();
                var results = await h.AppendAsync(requests);
                results.Should().OnlyContain(r => !r.IsCorrupt && !r.Duplicate);
                foreach (var log in Enumerable.Range(0, requests.Length).GroupBy(i => requests[i].To))
                {
                    var entries = (await h.ReadAsync(log.Key)).Entries;
                    entries.Select(e => e.Position).Should().Equal(log.Select(i => results[i].Position));
                    foreach (var (entry, i) in entries.Zip(log))
                    {
                        entry.Defect.Should().BeNull();
                        entry.Metadata.Span.SequenceEqual(requests[i].Metadata.Span).Should().BeTrue();
                        entry.Body.Span.SequenceEqual(requests[i].Body.Span).Should().BeTrue();
                    }
                }
            },
            iter: 40, threads: 1);
    }

    [Theory]
    [InlineData(2_048, 1)]
    [InlineData(2_048, 2_048)]
    [InlineData(2_048, 7)]
    public async Task A_batch_of_the_largest_size_is_appended_to_one_log_or_to_many(int count, int logs)
    {
        await using var h = await CreateAsync();
        AppendRequest[] Batch(int n) => [.. Enumerable.Range(0, n).Select(i => h.New(WsmqAddress.User($"u{i % logs}"), ""))];
        (await h.AppendAsync(Batch(count))).Should().OnlyContain(r => !r.IsCorrupt).And.HaveCount(count);
        (await h.AppendAsync([])).Should().BeEmpty();
        (await h.PositionsAsync(WsmqAddress.User("u0"))).Should().HaveCount(Math.Min(1_000, (count + logs - 1) / logs));
    }

    [Fact]
    public async Task Acks_of_any_device_and_position_do_not_affect_the_entries()
    {
        await using var h = await CreateAsync();
        var last = (await h.AddManyAsync(WsmqAddress.User("bob"), 5))[^1];
        await h.OpenAsync("bob", "phone");
        await Gen.Select(GenId, Gen.Long[0, WsmqPosition.MaxValue], Gen.Bool).SampleAsync(
            async (device, value, own) =>
            {
                var result = await h.AckAsync(WsmqAddress.User("bob"), own ? "bob" : device, own ? device : "phone", new WsmqPosition(value));
                return result is AckResult.NoReader or AckResult.BeyondTail || (result == AckResult.Done && value <= last.Value);
            },
            iter: 300, threads: 1);
        (await h.ReadAsync(WsmqAddress.User("bob"))).Entries.Should().HaveCount(5);
        await h.ReadAsync(WsmqAddress.User("bob"), new WsmqPosition(WsmqPosition.MaxValue), 1, 0);
        (await h.ReadAsync(WsmqAddress.User("bob"), default, 1, 0)).Entries.Should().ContainSingle();
    }

    [Fact]
    public async Task A_large_entry_is_read_back_unchanged()
    {
        await using var h = await CreateAsync();
        var body = new byte[16 * 1024 * 1024];
        new Random(1).NextBytes(body);
        await h.AppendAsync(new AppendRequest(WsmqAddress.User("bob"), "s", "1", new byte[65_536], body));
        (await h.ReadAsync(WsmqAddress.User("bob"))).Entries.Should().ContainSingle().Which.Body.Span.SequenceEqual(body).Should().BeTrue();
    }
}

/// <summary>The SQLite store.</summary>
public sealed class SqliteInputTests : StoreInputContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override async Task<StoreHarness> CreateAsync() => await SqliteHarness.StartAsync(_folder.File("wsmq.db"));
}

/// <summary>The Redis store.</summary>
public sealed class RedisInputTests(SharedRedis redis) : StoreInputContract, IClassFixture<SharedRedis>
{
    private protected override async Task<StoreHarness> CreateAsync() =>
        await RedisHarness.StartAsync(redis.Server.EndPoint, redis.NextPrefix(), new WsmqOptions());
}
