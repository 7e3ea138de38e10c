using CsCheck;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// Random runs against a model.
public abstract partial class JobContract
{
    private static readonly Gen<JobMove> GenJobMove = Gen.Select(
        Gen.Frequency(
            (5, Gen.Const(JobStep.Add)), (4, Gen.Const(JobStep.Take)), (6, Gen.Const(JobStep.Settle)), (1, Gen.Const(JobStep.Reclaim)),
            (1, Gen.Const(JobStep.Remove)), (2, Gen.Const(JobStep.Redrive))),
        Gen.Int[0, 35], Gen.Int[0, 35], (step, what, how) => new JobMove(step, what, how));

    [Fact]
    public async Task Any_sequence_of_calls_for_jobs_behaves_like_a_simple_model()
    {
        await using var h = await CreateAsync();
        var runs = 0;
        await GenJobMove.List[1, 40].SampleAsync(
            async moves =>
            {
                var model = new JobModel();
                var queue = WsmqAddress.Work($"model{Interlocked.Increment(ref runs)}");
                foreach (var move in moves)
                    await PlayAsync(h, model, queue, move);
                await ShouldKnowAsync(h, model, queue);
            },
            iter: 60, threads: 2);
    }

    private static async Task ShouldKnowAsync(StoreHarness h, JobModel model, WsmqAddress queue)
    {
        var info = await h.Store.Jobs.InfoAsync(queue, default);
        info.Totals.Should().Be(model.Totals);
        new[] { info.Ready, info.Delayed, info.Leased, info.Retrying, info.Blocked, info.Dead }.Should()
            .Equal(Enum.GetValues<JobState>().Select(state => (long)model.InState(state).Count()));
        foreach (var job in model.Given)
            (await h.Store.Jobs.StatusAsync(queue, job, default)).Outcome?.End.Should().Be(model.EndOf(job));
    }

    private static async Task PlayAsync(StoreHarness h, JobModel model, WsmqAddress queue, JobMove move)
    {
        var rules = Patient with { MaxAttempts = JobModel.MaxAttempts, MaxLostLeases = JobModel.MaxLostLeases, OutcomeRetention = 600 * Second };
        var jobs = h.Store.Jobs;
        switch (move.Step)
        {
            case JobStep.Add:
                var terms = new JobTerms
                {
                    Key = (move.What % 3) switch { 0 => "", 1 => "a", _ => "b" },
                    Priority = (JobPriority)(move.How % 3),
                    Unique = move.How / 3 % 4 == 0 ? "u" : "",
                };
                model.Added(terms, (await h.AppendAsync(h.New(queue) with { Job = terms })).Single());
                break;
            case JobStep.Take:
                var (credit, isOver) = (1 + (move.What % 3), move.How % 3 == 0);
                var expected = model.Take(credit);
                var taken = (await jobs.TakeAsync(queue, Request(credit), isOver ? rules with { Lease = 0 } : rules, default)).Jobs;
                taken.Select(t => t.Lease.Job).Should().Equal(expected.Select(j => j.Position));
                foreach (var (job, grant) in expected.Zip(taken))
                    model.Taken(job, grant, isOver);
                break;
            case JobStep.Settle when model.Grants.Count > 0:
                // Mostly one of the latest.
                var lease = model.Grants[^(1 + (move.What % Math.Min(4, model.Grants.Count)))];
                var settlement = new Settlement(lease, (SettlementKind)(move.How % 4)) { Counts = move.How % 3 > 0 };
                (await jobs.SettleAsync(queue, [settlement], rules, default)).Should().Equal(model.Settle(lease, settlement.Kind, settlement.Counts));
                break;
            case JobStep.Reclaim:
                var (lost, dead) = model.Reclaim();
                var reclaimed = await jobs.ReclaimAsync(queue, rules, default);
                reclaimed.Lost.Select(l => l.Job).Should().BeEquivalentTo(lost);
                reclaimed.Dead.Select(d => d.Job).Should().BeEquivalentTo(dead);
                break;
            case JobStep.Remove when model.Given.Count > 0:
                var removed = model.Given[move.What % model.Given.Count];
                (await jobs.RemoveAsync(queue, [removed], move.How % 2 == 0, rules, default)).Should().Equal(model.Remove(removed, move.How % 2 == 0));
                break;
            case JobStep.Redrive when model.InState(JobState.Dead).ToArray() is { Length: > 0 } letters:
                var letter = letters[move.What % letters.Length];
                (await jobs.RedriveAsync(queue, [letter], default)).Should().Equal(model.Redrive(letter));
                break;
        }

        foreach (var state in Enum.GetValues<JobState>())
        {
            var stored = (await jobs.ListAsync(queue, state, 0, 100, withContent: false, default)).Select(j => j.Job);
            if (state == JobState.Ready)
                stored.Should().Equal(model.InState(state));
            else
                stored.Should().BeEquivalentTo(model.InState(state), "jobs are {0}", state);
        }
    }
}
