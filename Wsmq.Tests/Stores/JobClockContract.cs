using System.Text;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Jobs when the clock of the store steps; one derived class for each store.</summary>
public abstract class JobClockContract
{
    private const long Second = 1_000_000;

    private static readonly WsmqAddress Queue = WsmqAddress.Work("jobs");
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static readonly QueueRules Rules = new()
    {
        Lease = 30 * Second, MaxAttempts = 3, MaxLostLeases = 3, MinBackoff = 0, MaxBackoff = 0, MaxDeadLetters = 10,
        MaxDeadLetterBytes = 1 << 20, MaxDeadLetterAge = 3_600 * Second,
    };

    /// <summary>A started, empty store.</summary>
    private protected abstract Task<StoreHarness> CreateAsync();

    /// <summary>Steps the clock to an offset from the correct time.</summary>
    private protected abstract void Step(TimeSpan offset);

    [Fact]
    public async Task A_lease_ends_a_full_duration_after_a_step_back_at_the_latest()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync(h.New(Queue));
        (await TakeAsync(h)).Jobs.Should().ContainSingle();

        Step(-Hour);
        var stepped = await TakeAsync(h);
        var reclaimed = await h.Store.Jobs.ReclaimAsync(Queue, Rules, default);
        Step(-Hour + TimeSpan.FromSeconds(31));
        var late = await h.Store.Jobs.ReclaimAsync(Queue, Rules, default);

        stepped.NextEnd.Should().Be(stepped.Now, "a reclaim is due");
        reclaimed.Lost.Should().BeEmpty();
        (reclaimed.NextEnd - reclaimed.Now).Should().Be(30 * Second);
        late.Lost.Should().ContainSingle();
    }

    [Fact]
    public async Task Jobs_stored_after_a_step_back_are_taken_after_those_stored_before_it()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync(h.New(Queue, "1"));
        Step(-Hour);
        await h.AppendAsync(h.New(Queue, "2"));

        (await TakeAsync(h, credit: 2)).Jobs.Select(Text).Should().Equal("1", "2");
    }

    [Fact]
    public async Task Jobs_of_one_key_keep_their_order_over_steps_back()
    {
        await using var h = await CreateAsync();
        var names = new[] { "m", "z", "a", "y", "b" };
        for (var i = 0; i < names.Length; i++)
        {
            Step(-i * Hour);
            await h.AppendAsync(h.New(Queue, names[i]) with { Job = new JobTerms { Key = "k" } });
        }

        var taken = new List<string>();
        while ((await TakeAsync(h, credit: 9)).Jobs is [var job])
        {
            taken.Add(Text(job));
            await h.Store.Jobs.SettleAsync(Queue, [new Settlement(job.Lease, SettlementKind.Complete)], Rules, default);
        }

        taken.Should().Equal(names);
    }

    private static string Text(TakenJob job) => Encoding.UTF8.GetString(job.Body.Span);

    private static Task<TakenJobs> TakeAsync(StoreHarness h, int credit = 1) =>
        h.Store.Jobs.TakeAsync(Queue, new TakeRequest([new JobConsumer("worker", credit)]), Rules, default);
}

public sealed class SqliteJobClockTests : JobClockContract, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private readonly FakeTimeProvider _clock;

    public SqliteJobClockTests() => _clock = new(_start);

    public void Dispose() => _folder.Dispose();

    private protected override async Task<StoreHarness> CreateAsync() => await SqliteHarness.StartAsync(_folder.File("wsmq.db"), clock: _clock);

    private protected override void Step(TimeSpan offset) => _clock.AdjustTime(_start + offset);
}

public sealed class RedisJobClockTests : JobClockContract, IAsyncLifetime
{
    private SteppedRedis _redis = null!;

    public async Task InitializeAsync() => _redis = await SteppedRedis.StartAsync();

    public async Task DisposeAsync() => await _redis.DisposeAsync();

    private protected override async Task<StoreHarness> CreateAsync() => await RedisHarness.StartAsync(_redis.EndPoint, "wsmq", new WsmqOptions());

    private protected override void Step(TimeSpan offset) => _redis.Step(offset);
}
