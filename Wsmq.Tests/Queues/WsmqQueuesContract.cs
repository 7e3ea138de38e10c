using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Declarations;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Queues;

/// <summary>What managers of queues see and change, in the app and over a client.</summary>
public abstract class WsmqQueuesContract
{
    private protected const string Name = "jobs";
    private protected static readonly WsmqAddress Address = WsmqAddress.Work(Name);
    private static readonly QueueRules Rules = new WsmqQueueOptions { MaxAttempts = 2, Lease = TimeSpan.FromMinutes(10), MinBackoff = TimeSpan.FromMinutes(5) }.ToRules();

    /// <summary>Selects the store; the same one for all nodes of a test.</summary>
    private protected abstract void UseStore(WsmqBuilder builder);

    private protected abstract IWsmqQueues Queues(TestNode node);

    [Fact]
    public async Task A_queue_that_is_not_declared_is_an_error_of_every_method()
    {
        await using var node = await StartAsync();
        var queues = Queues(node);
        Func<string, Task>[] calls =
        [
            q => queues.InfoAsync(q), q => queues.PeekAsync(q, WsmqJobState.Ready), q => queues.FindAsync(q, new WsmqPosition(1)),
            q => queues.StatusAsync(q, new WsmqPosition(1)),
            q => queues.CancelAsync(q, new WsmqPosition(1)), q => queues.CancelAsync(q, "u"), q => queues.PurgeAsync(q), q => queues.DeleteAsync(q),
            q => queues.PauseAsync(q), q => queues.ResumeAsync(q), q => queues.RedriveAsync(q), q => queues.RemoveDeadLettersAsync(q),
        ];

        foreach (var call in calls)
        {
            (await call.Awaiting(c => c("none")).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.UnknownQueue);
            (await call.Awaiting(c => c(" x")).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.InvalidName);
        }
    }

    [Fact]
    public async Task The_list_has_each_declared_queue_and_its_counts()
    {
        await using var node = await StartAsync();
        await FillAsync(node);

        var list = await Queues(node).ListAsync();
        var info = await Queues(node).InfoAsync(Name);

        list.Select(i => i.Queue.ToString()).Should().Equal("work:empty", "work:jobs");
        list[0].Should().Be(new WsmqQueueInfo { Queue = WsmqAddress.Work("empty") });
        (info.Ready, info.Delayed, info.Leased, info.Retrying, info.Blocked, info.Dead).Should().Be((1, 1, 1, 1, 1, 1));
        info.Bytes.Should().BeGreaterThan(0);
        info.IsPaused.Should().BeFalse();
        info.OldestReadyAge.Should().NotBeNull().And.BeGreaterThanOrEqualTo(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_job_of_each_state_is_shown_with_what_is_known_about_it()
    {
        await using var node = await StartAsync();
        await FillAsync(node);
        var before = DateTimeOffset.UtcNow;

        foreach (var state in Enum.GetValues<WsmqJobState>())
        {
            var plain = (await Queues(node).PeekAsync(Name, state)).Should().ContainSingle($"one job is {state}").Subject;
            var whole = (await Queues(node).PeekAsync(Name, state, withMessages: true)).Single();
            var found = await Queues(node).FindAsync(Name, plain.Position);

            plain.Message.Should().BeNull();
            (found! with { Message = null }).Should().Be(plain);
            whole.Message!.Body.ToString().Should().Be($"\"{state}\"");
            (found.Message!.Source, found.Message.Position, found.Message.Type).Should().Be(("work:jobs", plain.Position.ToString(), "t"));
            (plain.State, plain.Priority, plain.UniqueId).Should().Be((state, WsmqJobPriority.High, $"only {state}"));
            plain.Key.Should().Be(state == WsmqJobState.Blocked ? "Leased" : $"{state}");
            plain.FailedAttempts.Should().Be(state == WsmqJobState.Retrying ? 1 : 0);
            plain.LostLeases.Should().Be(0);
            plain.Worker.Should().Be(state is WsmqJobState.Leased or WsmqJobState.Retrying or WsmqJobState.Dead ? "worker" : null);
            (plain.DeadReason, plain.Reason).Should().Be(state == WsmqJobState.Dead ? (WsmqDeadReason.Rejected, "why") : (null, null));
            plain.Expires.Should().BeAfter(before.AddMinutes(30));
            if (state is WsmqJobState.Delayed or WsmqJobState.Leased)
                plain.Time.Should().BeAfter(before);
            else if (state != WsmqJobState.Retrying)
                plain.Time.Should().BeBefore(before.AddMinutes(10));
        }
    }

    [Fact]
    public async Task A_peek_leaves_out_and_returns_as_many_as_it_is_told_over_the_pages_of_the_store()
    {
        await using var node = await StartAsync();
        var sent = await SendAsync(node, 450);

        var all = await Queues(node).PeekAsync(Name, WsmqJobState.Ready, max: 1_000);
        var part = await Queues(node).PeekAsync(Name, WsmqJobState.Ready, skip: 10, max: 300);
        var contents = await Queues(node).PeekAsync(Name, WsmqJobState.Ready, skip: 445, max: 25, withMessages: true);

        all.Select(j => j.Position).Should().Equal(sent);
        part.Select(j => j.Position).Should().Equal(sent[10..310]);
        contents.Select(j => j.Message!.Body.ToString()).Should().Equal("445", "446", "447", "448", "449");
        var queues = Queues(node);
        foreach (var (skip, max) in new[] { (-1, 1), (0, 0), (0, 1_001) })
            await queues.Awaiting(q => q.PeekAsync(Name, WsmqJobState.Ready, skip, max)).Should().ThrowAsync<ArgumentOutOfRangeException>();
        await queues.Awaiting(q => q.PeekAsync(Name, (WsmqJobState)6)).Should().ThrowAsync<ArgumentOutOfRangeException>();
    }

    [Fact]
    public async Task A_cancelled_job_is_gone_and_if_it_was_leased_its_lease_is_lost_and_it_is_not_tried_again()
    {
        await using var node = await StartAsync();
        var waiting = await SendAsync(node, "waiting");
        await SendAsync(node, "unique", m => m with { UniqueId = "u" });
        await Queues(node).CancelAsync(Name, waiting);
        var taken = (await TakeAsync(node)).Single();

        (await Queues(node).CancelAsync(Name, "other")).Should().BeFalse();
        (await Queues(node).CancelAsync(Name, "u")).Should().BeTrue();
        var settled = await Store(node).SettleAsync(Address, [new Settlement(taken.Lease, SettlementKind.Retry)], Rules, default);

        settled.Should().Equal(SettleResult.LeaseLost);
        (await Queues(node).CancelAsync(Name, "u")).Should().BeFalse();
        (await Queues(node).CancelAsync(Name, waiting)).Should().BeFalse();
        (await Queues(node).FindAsync(Name, waiting)).Should().BeNull();
        (await Queues(node).InfoAsync(Name)).Should().Be(new WsmqQueueInfo { Queue = Address, Totals = new WsmqQueueTotals { Stored = 2, Removed = 2 } });
    }

    [Fact]
    public async Task A_purge_of_one_state_leaves_the_others_and_leased_jobs_cannot_be_purged()
    {
        await using var node = await StartAsync();
        await FillAsync(node);
        var queues = Queues(node);

        (await queues.PurgeAsync(Name, WsmqJobState.Retrying)).Should().Be(1);
        (await queues.PurgeAsync(Name, WsmqJobState.Dead)).Should().Be(1);
        await queues.Awaiting(q => q.PurgeAsync(Name, WsmqJobState.Leased)).Should().ThrowAsync<ArgumentOutOfRangeException>();

        var info = await queues.InfoAsync(Name);
        (info.Ready, info.Delayed, info.Leased, info.Retrying, info.Blocked, info.Dead).Should().Be((1, 1, 1, 0, 1, 0));
    }

    [Fact]
    public async Task A_paused_queue_gives_no_jobs_on_any_node_until_it_is_resumed()
    {
        await using var node = await StartAsync();
        await Queues(node).PauseAsync(Name);
        await SendAsync(node, "1");

        (await TakeAsync(node)).Should().BeEmpty();
        (await Queues(node).InfoAsync(Name)).IsPaused.Should().BeTrue();
        await Queues(node).ResumeAsync(Name);
        (await Queues(node).InfoAsync(Name)).IsPaused.Should().BeFalse();
        (await TakeAsync(node)).Should().ContainSingle();
    }

    [Fact]
    public async Task Dead_letters_are_redriven_by_reason_type_and_time()
    {
        await using var node = await StartAsync();
        await BuryAsync(node, 600, "a");
        var between = await Queues(node).PeekAsync(Name, WsmqJobState.Dead, skip: 599, max: 1);
        var middle = between[0].Time.AddMilliseconds(1);
        await Eventually.That("the clock of the store has passed the time", async () =>
            DateTimeOffset.UnixEpoch.AddMicroseconds((await Store(node).InfoAsync(Address, default)).Now) > middle);
        await BuryAsync(node, 500, "b");
        await SendAsync(node, "failing");
        await Store(node).SettleAsync(Address, [new Settlement((await TakeAsync(node)).Single().Lease, SettlementKind.Retry)], Rules with { MaxAttempts = 1 }, default);
        var queues = Queues(node);

        (await queues.RedriveAsync(Name, new WsmqDeadLetterFilter { Reason = WsmqDeadReason.Expired })).Should().Be(0);
        (await queues.RedriveAsync(Name, new WsmqDeadLetterFilter { Type = "a", From = middle })).Should().Be(0);
        (await queues.RedriveAsync(Name, new WsmqDeadLetterFilter { Type = "b", Until = middle })).Should().Be(0);
        (await queues.RedriveAsync(Name, new WsmqDeadLetterFilter { Reason = WsmqDeadReason.AttemptsUsedUp })).Should().Be(1);
        (await queues.RedriveAsync(Name, new WsmqDeadLetterFilter { Type = "b", From = middle })).Should().Be(500);
        (await queues.InfoAsync(Name)).Dead.Should().Be(600);
        (await queues.RedriveAsync(Name)).Should().Be(600);
        (await queues.InfoAsync(Name)).Ready.Should().Be(1_101);
    }

    [Fact]
    public async Task A_dead_letter_whose_unique_id_is_taken_stays_when_the_others_are_redriven()
    {
        await using var node = await StartAsync();
        await SendAsync(node, "1", m => m with { UniqueId = "u" });
        await RejectAsync(node, 1);
        await BuryAsync(node, 3, "a");
        await SendAsync(node, "2", m => m with { UniqueId = "u" });

        (await Queues(node).RedriveAsync(Name)).Should().Be(3);
        (await Queues(node).PeekAsync(Name, WsmqJobState.Dead)).Should().ContainSingle();
    }

    [Fact]
    public async Task Dead_letters_are_removed_by_filter_and_jobs_stay()
    {
        await using var node = await StartAsync();
        await BuryAsync(node, 700, "a");
        await BuryAsync(node, 450, "b");
        await SendAsync(node, "waiting");
        var queues = Queues(node);

        (await queues.RemoveDeadLettersAsync(Name, new WsmqDeadLetterFilter { Type = "b" })).Should().Be(450);
        (await queues.InfoAsync(Name)).Dead.Should().Be(700);
        (await queues.RemoveDeadLettersAsync(Name)).Should().Be(700);
        var info = await queues.InfoAsync(Name);
        (info.Ready, info.Dead).Should().Be((1, 0));
    }

    [Fact]
    public async Task A_deleted_queue_has_nothing_left_its_leases_are_lost_and_it_can_be_used_again()
    {
        await using var node = await StartAsync();
        await FillAsync(node);
        await SendAsync(node, 1_000);
        var taken = await TakeAsync(node, 50);
        await Queues(node).PauseAsync(Name);

        (await Queues(node).DeleteAsync(Name)).Should().Be(1_006);

        (await Queues(node).InfoAsync(Name)).Should().Be(new WsmqQueueInfo
        {
            Queue = Address, IsPaused = true, Totals = new WsmqQueueTotals { Stored = 1_006, Removed = 1_006, DeadLettered = 1, FailedAttempts = 1 },
        });
        var settled = await Store(node).SettleAsync(Address, [.. taken.Select(t => new Settlement(t.Lease, SettlementKind.Complete))], Rules, default);
        settled.Should().AllBeEquivalentTo(SettleResult.LeaseLost);
        await Queues(node).ResumeAsync(Name);
        await SendAsync(node, "new", m => m with { UniqueId = "only Ready", Key = "Leased" });
        (await TakeAsync(node)).Should().ContainSingle();
    }

    private static IJobStore Store(TestNode node) => node.Services.GetRequiredService<IStore>().Jobs;

    private protected static async Task<IReadOnlyList<TakenJob>> TakeAsync(TestNode node, int credit = 1) =>
        (await Store(node).TakeAsync(Address, new TakeRequest([new JobConsumer("worker", credit)]), Rules, default)).Jobs;

    private protected static async Task<WsmqPosition> SendAsync(TestNode node, string body, Func<WsmqOutgoingMessage, WsmqOutgoingMessage>? change = null)
    {
        var message = new WsmqOutgoingMessage { To = Address.ToString(), Type = "t", Body = WsmqJsonBody.Parse($"\"{body}\"") };
        return WsmqPosition.Parse((await node.Publisher.SendAsync(change?.Invoke(message) ?? message)).Position);
    }

    private protected static async Task<WsmqPosition[]> SendAsync(TestNode node, int count, Func<WsmqOutgoingMessage, WsmqOutgoingMessage>? change = null)
    {
        var messages = Enumerable.Range(0, count)
            .Select(i => new WsmqOutgoingMessage { To = Address.ToString(), Body = WsmqJsonBody.Parse($"{i}") })
            .Select(m => change?.Invoke(m) ?? m).ToList();
        return [.. (await node.Publisher.SendManyAsync(messages)).Select(r => WsmqPosition.Parse(r.Receipt!.Position))];
    }

    private protected static async Task BuryAsync(TestNode node, int count, string type)
    {
        await SendAsync(node, count, m => m with { Type = type });
        await RejectAsync(node, count);
    }

    private protected static async Task RejectAsync(TestNode node, int count)
    {
        for (var left = count; left > 0;)
        {
            var taken = await TakeAsync(node, Math.Min(left, IJobStore.MostInAStep));
            await Store(node).SettleAsync(Address, [.. taken.Select(t => new Settlement(t.Lease, SettlementKind.Reject) { Reason = "why" })], Rules, default);
            left -= taken.Count;
        }
    }

    // One job in each state, whose body is the name of the state.
    private protected static async Task FillAsync(TestNode node)
    {
        await SendAsync(node, "Dead", Terms("Dead"));
        await RejectAsync(node, 1);
        await SendAsync(node, "Retrying", Terms("Retrying"));
        await Store(node).SettleAsync(Address, [new Settlement((await TakeAsync(node)).Single().Lease, SettlementKind.Retry)], Rules, default);
        await SendAsync(node, "Leased", Terms("Leased"));
        (await TakeAsync(node)).Should().ContainSingle();
        await SendAsync(node, "Blocked", m => Terms("Blocked")(m) with { Key = "Leased" });
        await SendAsync(node, "Delayed", m => Terms("Delayed")(m) with { Delay = TimeSpan.FromMinutes(10) });
        await SendAsync(node, "Ready", Terms("Ready"));

        static Func<WsmqOutgoingMessage, WsmqOutgoingMessage> Terms(string name) =>
            m => m with { Key = name, UniqueId = "only " + name, Priority = WsmqJobPriority.High, TimeToLive = TimeSpan.FromHours(1) };
    }

    private protected Task<TestNode> StartAsync() => TestNode.StartAsync(builder =>
    {
        UseStore(builder);
        builder.AddQueue(Name).AddQueue("empty");
    });
}
