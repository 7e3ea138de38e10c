using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

/// <summary>Leases when the clock of the store steps.</summary>
public sealed class SqliteJobClockTests : IDisposable
{
    private const long Second = 1_000_000;

    private static readonly WsmqAddress Queue = WsmqAddress.Work("jobs");

    private static readonly QueueRules Rules = new()
    {
        Lease = 30 * Second, MaxAttempts = 3, MaxLostLeases = 3, MinBackoff = 0, MaxBackoff = 0, MaxDeadLetters = 10,
        MaxDeadLetterBytes = 1 << 20, MaxDeadLetterAge = 3_600 * Second,
    };

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_lease_ends_a_full_duration_after_a_step_back_at_the_latest()
    {
        await using var h = await SqliteHarness.StartAsync(_folder.File("wsmq.db"), clock: _clock);
        await h.AppendAsync(h.New(Queue));
        (await TakeAsync(h)).Jobs.Should().ContainSingle();

        _clock.AdjustTime(_clock.GetUtcNow() - TimeSpan.FromHours(1));
        var stepped = await TakeAsync(h);
        var reclaimed = await h.Store.Jobs.ReclaimAsync(Queue, Rules, default);
        _clock.Advance(TimeSpan.FromSeconds(31));
        var late = await h.Store.Jobs.ReclaimAsync(Queue, Rules, default);

        stepped.NextEnd.Should().Be(stepped.Now, "a reclaim is due");
        reclaimed.Lost.Should().BeEmpty();
        (reclaimed.NextEnd - reclaimed.Now).Should().Be(30 * Second);
        late.Lost.Should().ContainSingle();
    }

    [Fact]
    public async Task Jobs_stored_after_a_step_back_are_taken_after_those_stored_before_it()
    {
        await using var h = await SqliteHarness.StartAsync(_folder.File("wsmq.db"), clock: _clock);
        await h.AppendAsync(h.New(Queue, "1"));
        _clock.AdjustTime(_clock.GetUtcNow() - TimeSpan.FromHours(1));
        await h.AppendAsync(h.New(Queue, "2"));

        (await TakeAsync(h, credit: 2)).Jobs.Select(j => System.Text.Encoding.UTF8.GetString(j.Body.Span)).Should().Equal("1", "2");
    }

    private static Task<TakenJobs> TakeAsync(StoreHarness h, int credit = 1) =>
        h.Store.Jobs.TakeAsync(Queue, new TakeRequest([new JobConsumer("worker", credit)]), Rules, default);
}
