using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Declarations;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Queues;

/// <summary>Queues without consumers.</summary>
public sealed class QueueUpkeepTests : IDisposable
{
    private static readonly WsmqAddress Queue = WsmqAddress.Work("jobs");

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly WsmqOptions _options = new() { Queues = { ["jobs"] = new WsmqQueueOptions { MaxDeadLetterAge = TimeSpan.FromMinutes(30) } } };

    private QueueRules Rules => _options.Queues["jobs"].ToRules();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Ended_leases_are_taken_back_and_expired_jobs_and_old_dead_letters_removed_from_a_queue_without_consumers()
    {
        await using var h = await SqliteHarness.StartAsync(_folder.File("wsmq.db"), clock: _clock);
        await h.AppendAsync(h.New(Queue, "1"), h.New(Queue, "2"), h.New(Queue, "lost"));
        foreach (var job in await TakeAsync(h, 2))
            await h.Store.Jobs.SettleAsync(Queue, [new Settlement(job.Lease, SettlementKind.Reject)], Rules, default);
        await TakeAsync(h, 1);
        await h.AppendAsync(h.New(Queue, "expires") with { Job = new JobTerms { TimeToLive = 90_000_000 } });
        var upkeep = Start(h);

        await DoneAsync(h, "the lease is taken back and the job has expired", i => i is { Leased: 0, Totals: { LostLeases: 1, DeadLettered: 3 } });
        _clock.Advance(TimeSpan.FromMinutes(20));
        await DoneAsync(h, "the old dead letters are removed", i => i is { Dead: 1, Totals.DeadLettersRemoved: 2 });
        await upkeep.StopAsync();
    }

    [Fact]
    public async Task A_lease_that_ended_while_it_could_not_be_extended_is_not_taken_back_before_its_holder_had_time_to_extend_it()
    {
        await using var h = await SqliteHarness.StartAsync(_folder.File("wsmq.db"), clock: _clock);
        await h.AppendAsync(h.New(Queue, "1"));
        var job = (await TakeAsync(h, 1)).Single();
        var upkeep = Start(h);

        // The lease ended before the first look; the holder is heard again right after it.
        await AdvanceAsync(QueueUpkeep.Interval + TimeSpan.FromSeconds(1));
        (await h.Store.Jobs.ExtendAsync(Queue, [job.Lease], Rules, default)).Should().Equal(true);
        await AdvanceAsync(TimeSpan.FromSeconds(20));
        var info = await h.Store.Jobs.InfoAsync(Queue, default);
        await upkeep.StopAsync();

        (info.Leased, info.Totals.LostLeases).Should().Be((1, 0));
    }

    private QueueUpkeep Start(StoreHarness h)
    {
        var options = Options.Create(_options);
        var telemetry = new QueueTelemetryFactory(new WsmqMetrics(new TestMeters()), NullLogger<QueueTelemetry>.Instance);
        var upkeep = new QueueUpkeep(h.Store, options, new QueueDeclarations(options), telemetry, _clock, NullLogger<QueueUpkeep>.Instance);
        upkeep.StartAsync(default).Should().Be(Task.CompletedTask);
        return upkeep;
    }

    private async Task AdvanceAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    private Task DoneAsync(StoreHarness h, string reason, Func<QueueInfo, bool> isDone) => Eventually.That(reason, async () =>
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        return isDone(await h.Store.Jobs.InfoAsync(Queue, default));
    });

    private async Task<IReadOnlyList<TakenJob>> TakeAsync(StoreHarness h, int credit) =>
        (await h.Store.Jobs.TakeAsync(Queue, new TakeRequest([new JobConsumer("worker", credit)]), Rules, default)).Jobs;
}
