using CsCheck;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

public abstract partial class StoreContract
{
    private const int Window = 8;

    private static readonly WsmqAddress Cat = WsmqAddress.User("cat");

    private static readonly AppendResult StoredBefore = new(WsmqPosition.Start, Duplicate: true);

    // Which of two nodes sends them, the number of the stream, and the numbers: each node knows only what went through it.
    private static readonly Gen<(int Node, long Epoch, long[] Numbers)> GenNumbers = Gen.Select(
        Gen.Frequency((4, Gen.Const(0)), (1, Gen.Const(1))),
        Gen.Frequency((8, Gen.Const(1L)), (1, Gen.Const(2L)), (1, Gen.Const(3L))),
        Gen.Select(Gen.Long[1, 30], Gen.Bool, Gen.Long[1, 30].Array[1, 4], (first, inOrder, any) =>
            inOrder ? [.. any.Select((_, i) => first + i)] : any));

    [Fact]
    public async Task Repeated_numbers_are_recognized_in_any_batch_and_change_nothing()
    {
        await using var h = await CreateAsync();
        var producer = ProducerOf("p");
        var first = await h.AppendAsync([.. Enumerable.Range(1, 10).Select(n => Numbered(Bob, producer, n))]);
        first.Should().OnlyContain(r => r.IsStored && !r.Duplicate);
        foreach (var numbers in new[] { Enumerable.Range(1, 10), [10, 4, 1], [7] })
            (await h.AppendAsync([.. numbers.Select(n => Numbered(Bob, producer, n))])).Should().OnlyContain(r => r == StoredBefore);
        (await h.PositionsAsync(Bob)).Should().Equal(first.Select(r => r.Position));
        (await h.StateAsync(Bob)).Tail.Should().Be(first[^1].Position);
    }

    [Fact]
    public async Task A_number_below_one_that_is_stored_is_new_if_it_was_not_stored_itself()
    {
        await using var h = await CreateAsync();
        var producer = ProducerOf("p");
        await h.AppendAsync(Numbered(Bob, producer, 1), Numbered(Cat, producer, 3));
        await h.AppendAsync(Numbered(Bob, producer, 5));
        var late = await h.AppendAsync(Numbered(Bob, producer, 2), Numbered(Cat, producer, 4));
        late.Should().OnlyContain(r => r.IsStored && !r.Duplicate);
        (await h.AppendAsync(Numbered(Bob, producer, 2), Numbered(Cat, producer, 4), Numbered(Bob, producer, 5)))
            .Should().OnlyContain(r => r == StoredBefore);
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("1", "5", "2");
        (await h.ReadAsync(Cat)).Entries.Select(StoreHarness.Text).Should().Equal("3", "4");
    }

    [Fact]
    public async Task A_number_that_is_twice_in_one_batch_is_stored_once()
    {
        await using var h = await CreateAsync();
        var producer = ProducerOf("p");
        var results = await h.AppendAsync(
            Numbered(Bob, producer, 1), Numbered(Bob, producer, 2), Numbered(Bob, producer, 1), Numbered(Bob, producer, 3));
        results.Select(r => r.Duplicate).Should().Equal(false, false, true, false);
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("1", "2", "3");
    }

    [Fact]
    public async Task A_number_too_far_below_the_highest_is_refused_unless_it_is_known_to_be_stored()
    {
        await using var h = await CreateAsync();
        var producer = ProducerOf("p");
        await h.AppendAsync(Numbered(Bob, producer, 2), Numbered(Bob, producer, 20));
        await h.AppendAsync(Numbered(Bob, producer, 30));
        var results = await h.AppendAsync(
            Numbered(Bob, producer, 2), Numbered(Bob, producer, 1), Numbered(Bob, producer, 30 - Window), Numbered(Bob, producer, 31 - Window));
        results.Should().Equal([AppendResult.TooLow, AppendResult.TooLow, AppendResult.TooLow, results[3]]);
        results[3].Should().Match<AppendResult>(r => r.IsStored && !r.Duplicate);
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("2", "20", "30", $"{31 - Window}");

        // Without a hole everything is known to be stored.
        var other = ProducerOf("other");
        foreach (var part in Enumerable.Range(1, 60).Chunk(7))
            await h.AppendAsync([.. part.Select(n => Numbered(Bob, other, n))]);
        (await h.AppendAsync(Numbered(Bob, other, 1), Numbered(Bob, other, 33))).Should().OnlyContain(r => r == StoredBefore);
    }

    [Fact]
    public async Task A_stream_is_fenced_once_a_later_stream_of_its_producer_was_processed()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync(Numbered(Bob, ProducerOf("p"), 1));
        (await h.AppendAsync(Numbered(Bob, ProducerOf("p", epoch: 2), 1), Numbered(Bob, ProducerOf("p", epoch: 2), 2)))
            .Select(r => r.Duplicate).Should().Equal(true, false);
        var late = await h.AppendAsync(
            Numbered(Bob, ProducerOf("p"), 2), Numbered(Bob, ProducerOf("p"), 3), Numbered(Bob, ProducerOf("q"), 1), Numbered(Bob, ProducerOf("p", epoch: 2), 4));
        late[..2].Should().OnlyContain(r => r == AppendResult.Fenced);
        late[2..].Should().OnlyContain(r => r.IsStored && !r.Duplicate);
        (await h.AppendAsync(Numbered(Bob, ProducerOf("p", epoch: 3), 3))).Should().OnlyContain(r => !r.Duplicate);
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("1", "2", "1", "4", "3");
    }

    [Fact]
    public async Task A_refused_message_is_not_stored_when_it_is_repeated_and_fences_nevertheless()
    {
        await using var h = await CreateAsync();
        var (old, producer) = (ProducerOf("p"), ProducerOf("p", epoch: 2));
        var results = await h.AppendAsync(Numbered(Bob, producer, 1) with { MayCreate = false }, Numbered(Bob, producer, 2) with { MayCreate = false });
        results.Should().OnlyContain(r => r.Refused);
        (await h.AppendAsync(Numbered(Bob, old, 1))).Should().Equal(AppendResult.Fenced);
        results = await h.AppendAsync(Numbered(Bob, producer, 2), Numbered(Bob, producer, 1), Numbered(Bob, producer, 3));
        results.Should().OnlyContain(r => r.IsStored && !r.Duplicate);
        (await h.AppendAsync([.. Enumerable.Range(1, 3).Select(n => Numbered(Bob, producer, n))])).Should().OnlyContain(r => r == StoredBefore);
    }

    [Fact]
    public async Task Producers_of_other_names_and_of_other_senders_are_independent_and_so_are_ids()
    {
        await using var h = await CreateAsync();
        var eve = new Producer("eve", "p", 1, Window);
        var message = StoreHarness.Message(Bob, "ann", "p-1");
        (await h.AppendAsync(
            Numbered(Bob, ProducerOf("p"), 1), Numbered(Bob, ProducerOf("q"), 1), Numbered(Bob, eve, 1), message, message with { Sender = "eve" }))
            .Should().OnlyContain(r => r.IsStored && !r.Duplicate);
        var again = await h.AppendAsync(message, Numbered(Bob, eve, 1), Numbered(Bob, eve, 2), message, StoreHarness.Message(Bob, "ann", "p-2"));
        again.Select(r => r.Duplicate).Should().Equal(true, true, false, true, false);
        (await h.PositionsAsync(Bob)).Should().HaveCount(7);
    }

    [Fact]
    public async Task A_producer_is_known_after_a_restart_and_after_its_entries_were_removed()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxCount = 1);
        var producer = ProducerOf("p");
        await h.AppendAsync([.. Enumerable.Range(1, 3).Select(n => Numbered(Bob, producer, n))]);
        await h.RestartAsync();
        (await h.AppendAsync([.. Enumerable.Range(1, 3).Select(n => Numbered(Bob, producer, n))])).Should().OnlyContain(r => r == StoredBefore);
    }

    [Fact]
    public async Task A_producer_expires_some_time_after_its_last_message()
    {
        await using var h = await CreateAsync(o => (o.Publish.ProducerExpiry, o.Publish.SendTimeout) = (TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(200)));
        // Each is looked up once, because that makes it last.
        var producers = new Queue<Producer>(Enumerable.Range(0, 1_000).Select(i => ProducerOf($"p{i}")));
        await h.AppendAsync([.. producers.Select(p => Numbered(Bob, p, 1))]);
        (await h.AppendAsync(Numbered(Bob, producers.Dequeue(), 1))).Should().Equal(StoredBefore);
        await Eventually.That("a producer is forgotten", async () => !(await h.AppendAsync(Numbered(Bob, producers.Dequeue(), 1)))[0].Duplicate);
    }

    [Fact]
    public async Task Any_sequence_of_numbers_is_stored_as_the_state_of_a_producer_says()
    {
        await using var h = await CreateAsync();
        var runs = 0;
        await GenNumbers.List[1, 12].SampleAsync(
            async batches =>
            {
                var (name, model, kept) = ($"p{Interlocked.Increment(ref runs)}", new ProducerState(), new List<string>());
                var queue = WsmqAddress.User($"numbers-{name}");
                var producers = new Dictionary<(int, long), Producer>();
                foreach (var (node, epoch, numbers) in batches)
                {
                    if (!producers.TryGetValue((node, epoch), out var producer))
                        producers.Add((node, epoch), producer = ProducerOf(name, epoch));
                    var results = await h.AppendAsync([.. numbers.Select(n => Numbered(queue, producer, n))]);
                    for (var i = 0; i < numbers.Length; i++)
                        Check(model, new MessageNumber(producer, numbers[i]), results[i], kept);
                    model = ProducerState.Parse(model.Save())!;
                }

                (await h.ReadAsync(queue)).Entries.Select(StoreHarness.Text).Should().Equal(kept);
            },
            iter: 150, threads: 2);
    }

    private static void Check(ProducerState model, MessageNumber number, in AppendResult result, List<string> kept)
    {
        var expected = model.Judge(number);
        model.Process(number);
        var got = result switch
        {
            { IsFenced: true } => NumberState.Fenced,
            { IsOutOfSequence: true } => NumberState.TooLow,
            { Duplicate: true } => NumberState.Stored,
            _ => NumberState.New,
        };
        got.Should().Be(expected);
        if (expected != NumberState.New)
            return;
        model.Add(number.Value);
        kept.Add($"{number.Value}");
    }

    private static Producer ProducerOf(string name, long epoch = 1) => new("ann", name, epoch, Window);

    private static AppendRequest Numbered(WsmqAddress to, Producer producer, long number) =>
        StoreHarness.Message(to, "ann", $"{producer.Name}-{number}", $"{number}") with { Number = new MessageNumber(producer, number) };
}
