using System.Collections.Concurrent;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

public abstract partial class StoreContract
{
    [Fact]
    public async Task Signals_arrive_in_the_order_of_the_entries_and_name_their_predecessor()
    {
        await using var h = await CreateAsync();
        var heard = new ConcurrentQueue<Signal>();
        await using var subscription = await h.Store.Signals.SubscribeAsync(Bob, heard.Enqueue, default);
        var given = new List<WsmqPosition>();
        for (var i = 0; i < 10; i++)
            given.AddRange(await h.AddManyAsync(Bob, 1 + i));

        await Eventually.That("all signals have arrived", () => heard.Count >= given.Count);
        heard.Select(s => s.Position).Should().Equal(given);
        heard.Select(s => s.Previous).Should().Equal(given.Prepend(WsmqPosition.Start).SkipLast(1));
        var entries = (await h.ReadAsync(Bob)).Entries;
        foreach (var (signal, entry) in heard.Zip(entries))
        {
            signal.IsMembership.Should().BeFalse();
            signal.Entry.Should().NotBeNull("it is small");
            (signal.Entry!.Position, signal.Entry.Previous).Should().Be((entry.Position, entry.Previous));
            StoreHarness.Text(signal.Entry).Should().Be(StoreHarness.Text(entry));
            signal.Entry.Metadata.Span.SequenceEqual(entry.Metadata.Span).Should().BeTrue();
        }
    }

    [Fact]
    public async Task A_signal_states_whether_another_of_its_address_follows_at_once()
    {
        await using var h = await CreateAsync();
        var heard = new ConcurrentQueue<Signal>();
        await using var subscription = await h.Store.Signals.SubscribeAsync(Bob, heard.Enqueue, default);
        await h.AddManyAsync(Bob, 3);
        await h.AddAsync(Bob);
        await Eventually.That("all signals have arrived", () => heard.Count == 4);
        heard.Select(s => s.More).Should().Equal(true, true, false, false);
    }

    [Fact]
    public async Task Signals_of_a_large_batch_over_many_addresses_arrive_completely_and_in_order()
    {
        await using var h = await CreateAsync();
        var addresses = Enumerable.Range(0, 40).Select(i => WsmqAddress.User($"u{i}")).ToArray();
        var heard = addresses.Select(_ => new ConcurrentQueue<Signal>()).ToArray();
        foreach (var (address, queue) in addresses.Zip(heard))
            await h.Store.Signals.SubscribeAsync(address, queue.Enqueue, default);
        var padding = new string('x', 500);
        var batch = Enumerable.Range(0, 120).Select(i => h.New(addresses[i % 40], $"{i} {padding}")).ToArray();
        var given = await h.AppendAsync(batch);
        await Eventually.That("all signals have arrived", () => heard.All(q => q.Count == 3));
        for (var i = 0; i < batch.Length; i++)
        {
            var signal = heard[i % 40].ElementAt(i / 40);
            signal.Position.Should().Be(given[i].Position);
            StoreHarness.Text(signal.Entry!).Should().Be($"{i} {padding}");
        }
    }

    [Fact]
    public async Task Duplicates_and_other_addresses_are_not_signalled()
    {
        await using var h = await CreateAsync();
        var heard = new ConcurrentQueue<Signal>();
        await using var subscription = await h.Store.Signals.SubscribeAsync(Bob, heard.Enqueue, default);
        var message = StoreHarness.Message(Bob, "ann", "1");
        var first = (await h.AppendAsync(message))[0].Position;
        await h.AppendAsync(message);
        await h.AddAsync(WsmqAddress.Group("bob"));
        await h.AddAsync(WsmqAddress.User("bob:"));
        var last = await h.AddAsync(Bob);
        await Eventually.That("the last signal has arrived", () => heard.Any(s => s.Position == last));
        heard.Select(s => s.Position).Should().Equal(first, last);
    }

    [Fact]
    public async Task A_large_entry_is_signalled_with_or_without_its_body()
    {
        await using var h = await CreateAsync();
        var heard = new ConcurrentQueue<Signal>();
        await using var subscription = await h.Store.Signals.SubscribeAsync(Bob, heard.Enqueue, default);
        var body = new byte[256 * 1024];
        body.AsSpan().Fill(0xFF);
        var position = (await h.AppendAsync(h.New(Bob) with { Body = body }))[0].Position;
        await Eventually.That("the signal has arrived", () => !heard.IsEmpty);
        var signal = heard.Single();
        signal.Position.Should().Be(position);
        (signal.Entry is null || signal.Entry.Body.Span.SequenceEqual(body)).Should().BeTrue();
    }

    [Fact]
    public async Task A_change_of_memberships_is_signalled_to_the_user()
    {
        await using var h = await CreateAsync();
        var heard = new ConcurrentQueue<Signal>();
        await using var subscription = await h.Store.Signals.SubscribeAsync(Bob, heard.Enqueue, default);
        await h.Store.Memberships.AddAsync("team", "bob", default);
        await Eventually.That("joining was signalled", () => heard.Count == 1);
        await h.Store.Memberships.RemoveAsync("team", "bob", default);
        await Eventually.That("leaving was signalled", () => heard.Count == 2);
        heard.Should().OnlyContain(s => s.IsMembership && s.Entry == null);
    }

    [Fact]
    public async Task No_signal_arrives_after_unsubscribing()
    {
        await using var h = await CreateAsync();
        var before = new ConcurrentQueue<Signal>();
        var after = new ConcurrentQueue<Signal>();
        var subscription = await h.Store.Signals.SubscribeAsync(Bob, before.Enqueue, default);
        await subscription.DisposeAsync();
        await using var next = await h.Store.Signals.SubscribeAsync(Bob, after.Enqueue, default);
        var position = await h.AddAsync(Bob);
        await Eventually.That("the new subscription is signalled", () => after.Any(s => s.Position == position));
        before.Should().BeEmpty();
    }
}
