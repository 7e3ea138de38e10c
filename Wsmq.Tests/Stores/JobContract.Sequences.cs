using CsCheck;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// Jobs that have a place in a sequence: as messages to logs, see StoreContract.Sequences.cs, with which they share the states.
public abstract partial class JobContract
{
    [Fact]
    public async Task A_repeat_of_a_job_in_a_sequence_is_recognized_also_after_the_job_has_ended_and_what_skips_a_number_is_not_stored()
    {
        await using var h = await CreateAsync();
        var first = await h.AppendAsync(InSequence(Queue, "p", 1), InSequence(Queue, "p", 2), InSequence(Queue, "p", 2));
        first[2].Should().Be(new AppendResult(first[1].Position, true));
        var taken = await TakeAsync(h, Patient, credit: 9);
        taken.Select(Text).Should().Equal("1", "2");
        taken.Select(t => t.Lease.Job).Should().Equal(first[0].Position, first[1].Position);
        await SettleAsync(h, Patient, taken[0], SettlementKind.Complete);

        await h.RestartAsync();
        var again = await h.AppendAsync(InSequence(Queue, "p", 1), InSequence(Queue, "p", 4), InSequence(Queue, "p", 3), InSequence(Queue, "p", 2));

        again.Should().Equal(
            new AppendResult(first[0].Position, true), AppendResult.Skipped(2), again[2], new AppendResult(first[1].Position, true));
        (await TakeAsync(h, Patient, credit: 9)).Select(Text).Should().Equal("3");
    }

    [Fact]
    public async Task The_place_of_a_job_and_not_its_id_says_whether_it_is_a_repeat()
    {
        await using var h = await CreateAsync();
        var message = StoreHarness.Message(Queue, "ann", "p-1-1");

        var results = await h.AppendAsync(
            InSequence(Queue, "p", 1), message, message, InSequence(Queue, "q", 1, id: "p-1-1"), InSequence(Queue, "p", 1, sender: "eve"),
            InSequence(WsmqAddress.User("bob"), "p", 1));

        results.Select(r => r.Duplicate).Should().Equal(false, false, true, false, false, false);
        (await h.AppendAsync(InSequence(Queue, "p", 1, id: "another"))).Should().Equal(AppendResult.NumberTaken);
        (await TakeAsync(h, Patient, credit: 9)).Should().HaveCount(4);
    }

    [Fact]
    public async Task A_job_that_is_refused_for_good_uses_its_number_up_and_one_that_finds_the_queue_full_does_not()
    {
        await using var h = await CreateAsync();
        var full = InSequence(Queue, "p", 3) with { Job = new JobTerms { MaxWaiting = 1 } };

        (await h.AppendAsync(InSequence(Queue, "p", 1), Refused(InSequence(Queue, "p", 2), 2008), InSequence(Queue, "p", 2)))
            .Select(r => r.FinalError).Should().Equal(null, 2008, 2008);
        (await h.AppendAsync(full, InSequence(Queue, "p", 4) with { Job = full.Job })).Should().Equal(AppendResult.QueueFull, AppendResult.Skipped(2));
        (await TakeAsync(h, Patient)).Select(Text).Should().Equal("1");

        (await h.AppendAsync(full)).Single().Should().Match<AppendResult>(r => r.IsStored && !r.Duplicate);
        (await h.AppendAsync(InSequence(Queue, "p", 1, epoch: 2), InSequence(Queue, "p", 4))).Select(r => r.IsFenced).Should().Equal(false, true);
    }

    [Fact]
    public async Task A_job_with_a_place_waits_until_it_is_due_and_another_one_with_its_unique_id_ends_its_number()
    {
        await using var h = await CreateAsync();
        var later = InSequence(Queue, "p", 1) with { Job = new JobTerms { Delay = 600 * Second, Unique = "u", Key = "k" } };
        var first = (await h.AppendAsync(later)).Single();
        var taken = InSequence(Queue, "p", 2) with { Job = new JobTerms { Unique = "u" } };

        var results = await h.AppendAsync(later, taken, taken, InSequence(Queue, "p", 3));

        results.Select(r => (r.Position, r.Duplicate)).Should().Equal(
            (first.Position, true), (first.Position, true), (first.Position, true), (results[3].Position, false));
        results[1].IsUniqueTaken.Should().BeTrue();
        (await TakeAsync(h, Patient, credit: 9)).Select(Text).Should().Equal("3");
    }

    [Fact]
    public async Task Jobs_and_messages_share_the_limit_of_sequences_of_their_sender()
    {
        await using var h = await CreateAsync();
        var results = await h.AppendAsync(Limited(InSequence(Queue, "p", 1)), Limited(InSequence(Queue, "q", 1)), Limited(InSequence(Queue, "r", 1)));
        results.Select(r => r.IsTooManySequences).Should().Equal(false, false, true);
        (await h.AppendAsync(Limited(InSequence(Queue, "q", 2)), InSequence(Queue, "r", 1, sender: "eve"))).Should().OnlyContain(r => r.IsStored);

        static AppendRequest Limited(AppendRequest request) =>
            request with { Log = request.Log! with { Sequence = request.Log.Sequence! with { MaxSequences = 2 } } };
    }

    [Fact]
    public async Task Any_jobs_of_a_sequence_are_processed_as_its_state_says()
    {
        await using var h = await CreateAsync();
        var runs = 0;
        await GenPlace.List[1, 6].List[1, 10].SampleAsync(
            async batches =>
            {
                var (name, model, kept) = ($"j{Interlocked.Increment(ref runs)}", new SequenceState(), new List<string>());
                var queue = WsmqAddress.Work($"sequences-{name}");
                foreach (var places in batches)
                {
                    var batch = places.Select(p => InSequence(
                        queue, name, 1 + (p.Number % 6), epoch: p.Epoch, id: $"{p.Id}-{p.Number % 6}", refusal: p.Refusal)).ToArray();
                    var results = await h.AppendAsync(batch);
                    for (var i = 0; i < batch.Length; i++)
                        Check(model, batch[i], results[i], kept);
                    model = SequenceState.Parse(model.Save())!;
                }

                var taken = await h.Store.Jobs.TakeAsync(queue, Request(100), Patient, default);
                taken.Jobs.Select(Text).Should().Equal(kept);
            },
            iter: 60, threads: 2);
    }
}
