using Wsmq.Server.Declarations;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Which messages the store confirms when a replica lags or takes over.</summary>
public sealed class ReplicaReceiptTests : IAsyncLifetime
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    private static readonly WsmqAddress Jobs = WsmqAddress.Work("jobs");
    private static readonly QueueRules Rules = new WsmqQueueOptions().ToRules();

    private ReplicatedRedis _redis = null!;

    public async Task InitializeAsync() => _redis = await ReplicatedRedis.StartAsync();

    public async Task DisposeAsync() => await _redis.DisposeAsync();

    private Task<RedisHarness> StartAsync(double timeout) => RedisHarness.StartAsync(
        _redis.Configuration, "t", new WsmqOptions(), o => (o.ReceiptReplicas, o.ReplicaTimeout) = (1, TimeSpan.FromSeconds(timeout)));

    private static async Task ShouldNotBeConfirmedAsync(Task confirmed) =>
        (await FluentActions.Awaiting(() => confirmed).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.NotReplicated);

    [Fact]
    public async Task A_confirmed_message_is_on_the_replica()
    {
        await using var h = await StartAsync(timeout: 9);
        await using var replica = await ReplicatedRedis.AdminAsync(_redis.Replica);
        for (var i = 1; i <= 200; i++)
        {
            await h.AddAsync(Bob);
            (await replica.GetDatabase().StreamLengthAsync(new RedisKeys("t", 64).Log(Bob), StackExchange.Redis.CommandFlags.DemandReplica)).Should().Be(i);
        }
    }

    [Fact]
    public async Task While_the_replica_is_paused_messages_are_stored_but_not_confirmed_and_no_other_call_waits()
    {
        await using var h = await StartAsync(timeout: 0.5);
        await h.OpenAsync("bob", "phone");
        _redis.Replica.Pause();
        var message = h.New(Bob);
        var stored = (await h.Log.Appenders[0].AppendAsync([message], false, default)).Single();
        var first = h.Log.Appenders[0].ConfirmedAsync();
        await h.Log.Appenders[0].AppendAsync([h.New(Bob)], false, default);
        var second = h.Log.Appenders[0].ConfirmedAsync();

        (await h.PositionsAsync(Bob)).Should().HaveCount(2, "readers do not wait");
        (await h.AckAsync("bob", "phone", stored.Position)).Should().Be(AckResult.Done);
        await ShouldNotBeConfirmedAsync(first);
        await ShouldNotBeConfirmedAsync(second);

        (await h.Log.Appenders[0].AppendAsync([message], false, default)).Should().Equal(new AppendResult(stored.Position, Duplicate: true));
        await ShouldNotBeConfirmedAsync(h.Log.Appenders[0].ConfirmedAsync());
        _redis.Replica.Continue();
        await Eventually.That("a retry is confirmed", async () =>
        {
            (await h.Log.Appenders[0].AppendAsync([message], false, default)).Should().Equal(new AppendResult(stored.Position, Duplicate: true));
            return await h.Log.Appenders[0].ConfirmedAsync().ContinueWith(t => t.IsCompletedSuccessfully, TaskScheduler.Default);
        });
    }

    [Fact]
    public async Task A_message_lost_in_a_failover_is_not_confirmed_by_later_writes_to_the_new_primary()
    {
        await using var h = await StartAsync(timeout: 50);
        await h.AddAsync(Bob, "kept");
        await _redis.CutOffAsync();
        await h.Log.Appenders[0].AppendAsync([h.New(Bob, "lost")], false, default);
        var lost = h.Log.Appenders[0].ConfirmedAsync();
        await _redis.Primary.StopAsync(kill: true);
        await _redis.PromoteAsync();

        // As every sender does: each attempt has the same id.
        var message = h.New(Bob, "new");
        await Eventually.That("the new primary accepts a message", async () =>
        {
            try
            {
                await h.Log.Appenders[0].AppendAsync([message], false, default);
                return true;
            }
            catch (WsmqException)
            {
                return false;
            }
        });
        await ShouldNotBeConfirmedAsync(lost);
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("kept", "new");

        // Only the new primary itself has the new message yet.
        var waits = h.Log.Appenders[0].ConfirmedAsync();
        waits.IsCompleted.Should().BeFalse();
        await using var another = await _redis.AddReplicaOfAsync(_redis.Replica);
        await waits.WaitAsync(TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task A_cancellation_that_is_confirmed_is_on_the_replica_and_while_that_is_paused_none_is_confirmed()
    {
        await using var h = await StartAsync(timeout: 0.5);
        await using var patient = await StartAsync(timeout: 30);
        await using var replica = await ReplicatedRedis.AdminAsync(_redis.Replica);
        var due = new RedisKeys("t", 64).OfLane(0, "", new WsmqOptions().Publish.DeduplicationWindow).Delayed;
        Task<long> WaitingAsync() =>
            replica.GetDatabase().SortedSetLengthAsync(due, flags: StackExchange.Redis.CommandFlags.DemandReplica);
        await Eventually.That("messages wait on both servers", async () =>
        {
            await patient.AppendAsync([.. Enumerable.Range(0, 20).Select(i => Delayed($"{i}"))]);
            return await WaitingAsync() == 20;
        });
        for (var i = 0; i < 10; i++)
        {
            (await patient.Store.Delayed.CancelAsync(Bob, "ann", $"{i}", default)).Should().BeTrue();
            (await WaitingAsync()).Should().Be(19 - i);
        }

        _redis.Replica.Pause();
        await ShouldNotBeConfirmedAsync(h.Store.Delayed.CancelAsync(Bob, "ann", "10", default));
        await ShouldNotBeConfirmedAsync(h.Store.Delayed.CancelAsync(Bob, "ann", "10", default));
        (await h.Store.Delayed.ListAsync(Bob, null, 99, 0, default)).Items.Should().HaveCount(9, "the primary has executed it");

        _redis.Replica.Continue();
        await Eventually.That("a retry is confirmed", async () =>
            await h.Store.Delayed.CancelAsync(Bob, "ann", "10", default).ContinueWith(t => t.IsCompletedSuccessfully && !t.Result, TaskScheduler.Default));
        (await WaitingAsync()).Should().Be(9, "that it waits no longer is confirmed as well");
    }

    [Fact]
    public async Task A_cancellation_that_a_failover_loses_is_not_confirmed_by_later_ones_on_the_new_primary()
    {
        await using var h = await StartAsync(timeout: 50);
        await h.AppendAsync(Delayed("a"), Delayed("b"));
        await h.Log.Appenders[0].ConfirmedAsync();
        await _redis.CutOffAsync();
        var lost = h.Store.Delayed.CancelAsync(Bob, "ann", "a", default);
        await Eventually.That("it is stored", async () => (await h.Store.Delayed.ListAsync(Bob, null, 9, 0, default)).Items.Count == 1);
        await _redis.Primary.StopAsync(kill: true);
        await _redis.PromoteAsync();
        await using var another = await _redis.AddReplicaOfAsync(_redis.Replica);

        await Eventually.That("a later one is confirmed on the new primary", async () =>
            await h.Store.Delayed.CancelAsync(Bob, "ann", "b", default).ContinueWith(t => t.IsCompletedSuccessfully, TaskScheduler.Default));
        await ShouldNotBeConfirmedAsync(lost);
        (await h.Store.Delayed.ListAsync(Bob, null, 9, 0, default)).Items.Should().ContainSingle("it waits again");
    }

    private static AppendRequest Delayed(string id) =>
        StoreHarness.Message(Bob, "ann", id) with { Delay = new DelayTerms { Delay = 3_600_000_000 } };

    [Fact]
    public async Task While_the_replica_is_paused_no_job_is_given_out_and_no_end_of_an_attempt_is_confirmed()
    {
        await using var patient = await StartAsync(timeout: 30);
        await using var h = await StartAsync(timeout: 0.5);
        await patient.AppendAsync([h.New(Jobs), h.New(Jobs)]);
        var held = await TakeAsync(patient);
        _redis.Replica.Pause();

        await ShouldNotBeConfirmedAsync(TakeAsync(h));
        (await h.Store.Jobs.InfoAsync(Jobs, default)).Should().BeEquivalentTo(new { Ready = 1, Leased = 1 }, "the job that was not given out is handed back");
        await ShouldNotBeConfirmedAsync(CompleteAsync(h, held));
        (await h.Store.Jobs.InfoAsync(Jobs, default)).Totals.Completed.Should().Be(1, "it is stored nevertheless");

        _redis.Replica.Continue();
        (await CompleteAsync(patient, held)).Should().Be(SettleResult.LeaseLost, "the first call was stored");
        (await TakeAsync(patient)).Attempt.Should().Be(1, "nothing was counted");
    }

    [Fact]
    public async Task The_end_of_an_attempt_that_a_failover_loses_is_not_confirmed_by_later_writes_to_the_new_primary()
    {
        await using var h = await StartAsync(timeout: 50);
        await h.AppendAsync([h.New(Jobs)]);
        var held = await TakeAsync(h);
        await _redis.CutOffAsync();
        var lost = CompleteAsync(h, held);
        await Eventually.That("it is stored", async () => (await h.Store.Jobs.InfoAsync(Jobs, default)).Totals.Completed == 1);
        await _redis.Primary.StopAsync(kill: true);
        await _redis.PromoteAsync();
        await using var another = await _redis.AddReplicaOfAsync(_redis.Replica);

        await ShouldNotBeConfirmedAsync(lost);
        await Eventually.That("the repeated call is confirmed: the lease is current on the new primary", async () =>
        {
            try
            {
                return await CompleteAsync(h, held) == SettleResult.Done;
            }
            catch (WsmqException)
            {
                return false;
            }
        });
    }

    private static async Task<TakenJob> TakeAsync(RedisHarness h) =>
        (await h.Store.Jobs.TakeAsync(Jobs, new TakeRequest([new JobConsumer("worker", 1)]), Rules, default)).Jobs.Single();

    private static async Task<SettleResult> CompleteAsync(RedisHarness h, TakenJob job) =>
        (await h.Store.Jobs.SettleAsync(Jobs, [new Settlement(job.Lease, SettlementKind.Complete)], Rules, default)).Single();
}
