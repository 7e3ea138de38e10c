using CsCheck;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// Sequences: one number for each producer and address.
public abstract partial class StoreContract
{
    private static readonly TimeSpan SomeDays = TimeSpan.FromDays(30);

    private static readonly LogTerms None = new();

    // Epoch, number, which message has it, and the error with which the node has refused it.
    private protected static readonly Gen<(long Epoch, long Number, string Id, int Refusal)> GenPlace = Gen.Select(
        Gen.Frequency((6, Gen.Const(1L)), (2, Gen.Const(2L)), (1, Gen.Const(3L))), Gen.Long[1, 40],
        Gen.Frequency((9, Gen.Const("own")), (1, Gen.Const("other"))), Gen.Frequency((4, Gen.Const(0)), (1, Gen.Const(3001))));

    [Fact]
    public async Task A_repeat_in_a_sequence_is_recognized_and_what_skips_a_number_is_not_stored()
    {
        await using var h = await CreateAsync();
        var first = await h.AppendAsync([.. Enumerable.Range(1, 3).Select(n => InSequence(Bob, "p", n))]);
        first.Should().OnlyContain(r => r.IsStored && !r.Duplicate);

        var again = await h.AppendAsync(
            InSequence(Bob, "p", 1), InSequence(Bob, "p", 3), InSequence(Bob, "p", 5), InSequence(Bob, "p", 4), InSequence(Bob, "p", 4), InSequence(Bob, "p", 6));

        again.Should().Equal(
            new AppendResult(first[0].Position, true), new AppendResult(first[2].Position, true), AppendResult.Skipped(3), again[3],
            new AppendResult(again[3].Position, true), AppendResult.Skipped(4));
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("1", "2", "3", "4");
        await h.RestartAsync();
        (await h.AppendAsync(InSequence(Bob, "p", 4), InSequence(Bob, "p", 5))).Select(r => r.Duplicate).Should().Equal(true, false);
    }

    [Fact]
    public async Task A_repeat_of_an_older_number_is_a_duplicate_without_a_position()
    {
        await using var h = await CreateAsync();
        for (var n = 1; n <= 30; n++)
            (await h.AppendAsync(InSequence(Bob, "p", n))).Should().OnlyContain(r => r.IsStored && !r.Duplicate);
        (await h.AppendAsync(InSequence(Bob, "p", 2), InSequence(Bob, "p", 22))).Should().OnlyContain(r => r == StoredBefore);
        (await h.AppendAsync(InSequence(Bob, "p", 23))).Single().Should().Match<AppendResult>(r => r.Duplicate && r.Position > WsmqPosition.Start);
    }

    [Fact]
    public async Task Sequences_of_other_addresses_producers_and_senders_are_independent_and_so_are_ids()
    {
        await using var h = await CreateAsync();
        var message = StoreHarness.Message(Bob, "ann", "p-1-1");
        var results = await h.AppendAsync(
            InSequence(Bob, "p", 1), InSequence(Cat, "p", 1), InSequence(Bob, "q", 1), InSequence(Bob, "p", 1) with { Sender = "ann" },
            InSequence(Bob, "p", 1, sender: "eve"), message, message);
        results.Select(r => r.Duplicate).Should().Equal(false, false, false, true, false, false, true);
        (await h.AppendAsync(InSequence(Bob, "p", 2), InSequence(Cat, "p", 3))).Select(r => r.LastNumber).Should().Equal(null, 1);
        (await h.PositionsAsync(Bob)).Should().HaveCount(5);
    }

    [Fact]
    public async Task A_refusal_uses_its_number_up_and_a_repeat_gets_the_same_refusal()
    {
        await using var h = await CreateAsync();
        var conflict = InSequence(Bob, "p", 2, new LogTerms { ExpectedTail = WsmqPosition.Parse("9007199254740991") });
        var refused = Refused(InSequence(Bob, "p", 3), 3001);

        var results = await h.AppendAsync(
            InSequence(Bob, "p", 1), conflict, refused, InSequence(Bob, "p", 4), InSequence(Bob, "p", 3), InSequence(Bob, "p", 2), refused);

        results.Select(r => (r.IsStored, r.FinalError)).Should().Equal(
            (true, null), (false, 4013), (false, 3001), (true, null), (false, 3001), (false, 4013), (false, 3001));
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("1", "4");
        (await h.AppendAsync(Refused(InSequence(Bob, "p", 4), 2008))).Should().Equal(new AppendResult(results[3].Position, true));
        (await h.AppendAsync(Refused(InSequence(Cat, "p", 1), 2008), InSequence(Cat, "p", 2))).Select(r => r.FinalError).Should().Equal(2008, null);
    }

    [Fact]
    public async Task Of_a_refusal_that_is_forgotten_nothing_is_told_and_all_else_is_known()
    {
        await using var h = await CreateAsync();
        for (var n = 1; n <= 20; n++)
            await h.AppendAsync(InSequence(Bob, "p", (2 * n) - 1), Refused(InSequence(Bob, "p", 2 * n), 3001));
        var results = await h.AppendAsync([.. new[] { 2, 7, 8, 9, 10, 40 }.Select(n => InSequence(Bob, "p", n))]);
        results.Should().Equal(
            AppendResult.TooLow, AppendResult.TooLow, AppendResult.TooLow, StoredBefore, AppendResult.UsedUp(3001), AppendResult.UsedUp(3001));
    }

    [Fact]
    public async Task A_message_that_may_be_sent_again_uses_no_number_up()
    {
        await using var h = await CreateAsync();
        var message = InSequence(Bob, "p", 1);
        (await h.AppendAsync(message with { MayCreate = false }, InSequence(Bob, "p", 2))).Should().Equal(AppendResult.NoAddress, AppendResult.Skipped(0));
        (await h.AppendAsync(message, InSequence(Bob, "p", 2))).Should().OnlyContain(r => r.IsStored && !r.Duplicate);
    }

    [Fact]
    public async Task A_higher_epoch_begins_again_and_refuses_lower_ones()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync(InSequence(Bob, "p", 1), Refused(InSequence(Bob, "p", 2), 3001), InSequence(Bob, "p", 3));
        (await h.AppendAsync(InSequence(Bob, "p", 4, epoch: 2))).Should().Equal([AppendResult.Skipped(0)], "an epoch begins at 1");
        (await h.AppendAsync(InSequence(Bob, "p", 4))).Should().OnlyContain(r => r.IsStored, "nothing of the new epoch was processed");

        var results = await h.AppendAsync(
            InSequence(Bob, "p", 1, epoch: 5), InSequence(Bob, "p", 5), InSequence(Bob, "p", 2, epoch: 5), InSequence(Bob, "p", 2, epoch: 5), InSequence(Cat, "p", 1));

        results.Should().Equal(results[0], AppendResult.Fenced, results[2], new AppendResult(results[2].Position, true), results[4]);
        new[] { results[0], results[2], results[4] }.Should().OnlyContain(r => r.IsStored && !r.Duplicate, "an epoch is of one address");
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("1", "3", "4", "1", "2");
    }

    [Fact]
    public async Task Another_message_under_a_number_that_is_used_is_no_duplicate()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync(InSequence(Bob, "p", 1), Refused(InSequence(Bob, "p", 2), 3001));
        (await h.AppendAsync(InSequence(Bob, "p", 1, id: "another"), InSequence(Bob, "p", 2, id: "another")))
            .Should().OnlyContain(r => r == AppendResult.NumberTaken);
    }

    [Fact]
    public async Task A_sequence_is_forgotten_some_time_after_its_last_message()
    {
        await using var h = await CreateAsync();
        var kept = TimeSpan.FromSeconds(2);

        // Each is looked up once, because that makes it last.
        var producers = new Queue<string>(Enumerable.Range(0, 300).Select(i => $"p{i}"));
        await h.AppendAsync([.. producers.SelectMany(p => Enumerable.Range(1, 2).Select(n => InSequence(Bob, p, n, kept: kept)))]);
        (await h.AppendAsync(InSequence(Bob, producers.Dequeue(), 2, kept: kept))).Single().Duplicate.Should().BeTrue();
        AppendResult last = default;
        await Eventually.That("a sequence is forgotten", async () =>
        {
            last = (await h.AppendAsync(InSequence(Bob, producers.Dequeue(), 2, kept: kept))).Single();
            return !last.Duplicate;
        });
        last.Should().Be(AppendResult.Skipped(0));
    }

    [Fact]
    public async Task A_sender_has_a_limited_number_of_sequences_and_those_that_exist_go_on()
    {
        await using var h = await CreateAsync();
        var results = await h.AppendAsync([.. new[] { "p", "q", "r" }.Select(p => Limited(InSequence(Bob, p, 1)))]);
        results.Select(r => r.IsStored).Should().Equal(true, true, false);
        results[2].Should().Be(AppendResult.TooManySequences);
        (await h.AppendAsync(Limited(InSequence(Bob, "q", 2)), Limited(InSequence(Bob, "r", 1)), Limited(InSequence(Bob, "r", 1, sender: "eve"))))
            .Select(r => r.IsStored).Should().Equal(true, false, true);

        static AppendRequest Limited(AppendRequest request) =>
            request with { Log = request.Log! with { Sequence = request.Log.Sequence! with { MaxSequences = 2 } } };
    }

    [Fact]
    public async Task A_message_with_a_delay_has_a_place_in_a_sequence_and_waits_once()
    {
        await using var h = await CreateAsync();
        var waits = InSequence(Bob, "p", 1) with { Delay = new DelayTerms { Delay = TimeSpan.FromHours(1).Micros() } };
        var results = await h.AppendAsync(waits, waits, InSequence(Bob, "p", 2));
        results.Select(r => (r.IsWaiting, r.Duplicate)).Should().Equal((true, false), (false, true), (false, false));
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("2");
    }

    [Fact]
    public async Task Any_messages_of_a_sequence_are_processed_as_its_state_says()
    {
        await using var h = await CreateAsync();
        var runs = 0;
        await Gen.Select(Gen.Long[1, 4], GenPlace.List[1, 6]).List[1, 14].SampleAsync(
            async batches =>
            {
                var (name, model, kept) = ($"p{Interlocked.Increment(ref runs)}", new SequenceState(), new List<string>());
                var (queue, next) = (WsmqAddress.User($"sequences-{name}"), new Dictionary<long, long>());
                foreach (var (way, places) in batches)
                {
                    // Mostly what comes next, as senders do.
                    var batch = places.Select(p => InSequence(
                        queue, name, way == 1 ? p.Number : next[p.Epoch] = next.GetValueOrDefault(p.Epoch) + 1, epoch: p.Epoch, id: $"{p.Id}-{p.Number}",
                        refusal: p.Refusal)).ToArray();
                    var results = await h.AppendAsync(batch);
                    for (var i = 0; i < batch.Length; i++)
                        Check(model, batch[i], results[i], kept);
                    model = SequenceState.Parse(model.Save())!;
                }

                (await h.ReadAsync(queue)).Entries.Select(StoreHarness.Text).Should().Equal(kept);
            },
            iter: 100, threads: 2);
    }

    private protected static void Check(SequenceState model, in AppendRequest request, AppendResult result, List<string> kept)
    {
        var terms = request.Log!.Sequence!;
        if (model.Judge(terms) is { } told)
        {
            result.Should().Be(told);
        }
        else if (terms.Refusal > 0)
        {
            result.Should().Be(AppendResult.UsedUp(terms.Refusal));
            model.Refused(terms, terms.Refusal, 1);
        }
        else
        {
            result.Should().Match<AppendResult>(r => r.IsStored && !r.Duplicate);
            model.Stored(terms, result.Position, 1);
            kept.Add($"{terms.Number}");
        }
    }

    private protected static AppendRequest InSequence(
        WsmqAddress to, string producer, long number, LogTerms? terms = null, long epoch = 1, string sender = "ann", string? id = null, int refusal = 0,
        TimeSpan? kept = null)
    {
        id ??= $"{producer}-{epoch}-{number}";
        var sequence = SequenceTerms.Of(sender, new WsmqSequence(producer, epoch, number), to, id, kept ?? SomeDays) with { Refusal = refusal };
        return StoreHarness.Message(to, sender, id, $"{number}") with { Log = (terms ?? None) with { Sequence = sequence } };
    }

    private protected static AppendRequest Refused(AppendRequest request, int error) =>
        request with { Log = request.Log! with { Sequence = request.Log.Sequence! with { Refusal = error } } };
}
