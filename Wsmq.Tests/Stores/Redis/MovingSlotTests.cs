using Microsoft.Extensions.Logging.Abstractions;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Server.Tracking;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>
/// Tracked messages while their slot moves to another shard: scripts do not name the keys of their records, some of which are there already.
/// </summary>
[Collection(SharedCluster.Name)]
public sealed class MovingSlotTests(SharedCluster redis) : IAsyncLifetime
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    private readonly string _prefix = redis.NextPrefix();
    private RedisHarness _h = null!;

    public async Task InitializeAsync()
    {
        var options = new WsmqOptions();
        options.DeadLetters.MaxAttempts = 1;
        _h = await RedisHarness.StartAsync(redis.EndPoints, _prefix, options);
    }

    public async Task DisposeAsync() => await _h.DisposeAsync();

    [Theory]
    [InlineData("user:bob", "phone")]
    [InlineData("group:team", "bob")]
    public async Task Calls_are_refused_until_it_has_moved_and_no_mark_is_lost(string text, string reader)
    {
        var address = WsmqAddress.Parse(text);
        if (address.Kind == WsmqAddressKind.Group)
            await _h.Store.Memberships.AddAsync(address.Name, "bob", default);
        await _h.Log.OpenCursorAsync(address, "bob", "phone", default);
        await _h.Store.Signals.SubscribeAsync(address, _ => { }, default);
        await _h.Log.AckAsync([new AckRequest(address, "bob", "phone", await _h.AddAsync(address))], default);
        var p = (await _h.AppendAsync(Tracked(address, "a"), Tracked(address, "b"), Tracked(address, "c"))).Select(r => r.Position).ToArray();
        await using var slot = await MoveRecordsAsync(address);

        // The keys that the scripts name are still at the source.
        await IsRefusedAsync(AckAsync);
        await IsRefusedAsync(NackAsync);
        await IsRefusedAsync(() => _h.Store.Tracking.ReadAsync(address, p[0], null, null, default));
        (await DeliverAsync())!.Marks.Should().HaveCount(2);
        await slot.EndAsync();

        await Eventually.That("the marks are stored", async () => await DeliverAsync() is null);
        (await AckAsync()).Single().Should().Be(AckResult.Done);
        (await NackAsync()).Outcome.Should().Be(NackOutcome.DeadLettered);
        (await RecordAsync(address, p[0])).Should().BeEquivalentTo(new { Delivered = 1, Acknowledged = 1 });
        (await RecordAsync(address, p[1])).Should().BeEquivalentTo(new { Delivered = 1, DeadLettered = 1 });
        (await RecordAsync(address, p[2])).Should().BeEquivalentTo(new { Delivered = 0, Acknowledged = 0 });

        Task<AckResult[]> AckAsync() => _h.Log.AckAsync([new AckRequest(address, "bob", "phone", p[0])], default);
        Task<NackResult> NackAsync() =>
            _h.Store.DeadLetters.NackAsync(new NackRequest(address, "bob", "phone", p[1], NackKind.Reported, "why"), default);
        Task<UnstoredMarks?> DeliverAsync() => _h.Store.Tracking.DeliveredAsync(
            [new TrackedDelivery(address, p[0], reader, _h.Store.Now), new TrackedDelivery(address, p[1], reader, _h.Store.Now)], default);
    }

    [Fact]
    public async Task Of_many_marks_those_of_other_slots_are_stored_once_and_only_the_rest_is_repeated()
    {
        var carol = Enumerable.Range(0, 1_000).Select(i => WsmqAddress.User($"u{i}")).First(u => BucketOf(u) != BucketOf(Bob));
        var (bobs, carols) = ((await _h.AppendAsync(Tracked(Bob, "a", 0)))[0].Position, (await _h.AppendAsync(Tracked(carol, "a", 0)))[0].Position);
        var marks = new DeliveryMarks(_h.Store, NullLogger<DeliveryMarks>.Instance);
        await using var slot = await MoveRecordsAsync(Bob);
        marks.Add(Bob, bobs, "bob", "phone", isSkipped: false);
        marks.Add(carol, carols, carol.Name, "phone", isSkipped: false);
        await marks.StartAsync(default);
        await Eventually.That("the other one is stored", async () => (await RecordAsync(carol, carols)).Delivered == 1);
        await slot.EndAsync();
        await Eventually.That("the rest is stored", async () =>
        {
            marks.Wake();
            return (await RecordAsync(Bob, bobs)).Delivered == 1;
        });

        // Readers who are not listed are only counted.
        (await RecordAsync(carol, carols)).Delivered.Should().Be(1);
        await marks.StopAsync();
    }

    private static AppendRequest Tracked(WsmqAddress to, string id, int maxReaders = 100)
    {
        var terms = new TrackTerms { Sender = "user:ann", Id = id, Retention = TimeSpan.FromHours(1).Micros(), MaxReaders = maxReaders };
        return StoreHarness.Message(to, "user:ann", id) with { Log = new LogTerms { Track = terms } };
    }

    private static async Task IsRefusedAsync(Func<Task> call) =>
        (await call.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.StoreUnavailable);

    private int BucketOf(WsmqAddress address) => new RedisKeys(_prefix, WsmqRedisOptions.ClusterBuckets).Of(address).Bucket;

    private async Task<MovingSlot> MoveRecordsAsync(WsmqAddress address)
    {
        var slot = await MovingSlot.BeginAsync(redis, new RedisKeys(_prefix, WsmqRedisOptions.ClusterBuckets).Meta(address));
        (await slot.MoveAsync(key => key.Contains(":track", StringComparison.Ordinal))).Should().BePositive();
        return slot;
    }

    private async Task<TrackedEntry> RecordAsync(WsmqAddress address, WsmqPosition position)
    {
        TrackedEntry? record = null;
        await Eventually.That("the record is read", async () =>
        {
            try
            {
                record = await _h.Store.Tracking.ReadAsync(address, position, null, null, default);
                return true;
            }
            catch (WsmqException e) when (e.Error == WsmqErrors.StoreUnavailable)
            {
                return false;
            }
        });
        return record!;
    }
}
