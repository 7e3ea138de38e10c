using System.Collections.Concurrent;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

// Which messages for any device one of the devices has acknowledged.
public abstract partial class StoreContract
{
    [Fact]
    public async Task Acknowledged_messages_for_any_device_are_found_by_range_and_of_their_user_only()
    {
        await using var h = await CreateAsync();
        var p = await h.AddManyAsync(Bob, 5);
        await h.Store.Cleared.ClearAsync(Bob, [p[3], p[1]], default);
        await h.Store.Cleared.ClearAsync(Bob, [p[1], p[4]], default);

        (await h.Store.Cleared.FindAsync(Bob, p[0], p[4], default)).Should().Equal(p[1], p[3], p[4]);
        (await h.Store.Cleared.FindAsync(Bob, p[1], p[3], default)).Should().Equal(p[1], p[3]);
        (await h.Store.Cleared.FindAsync(Bob, p[2], p[2], default)).Should().BeEmpty();
        (await h.Store.Cleared.FindAsync(WsmqAddress.User("eve"), p[0], p[4], default)).Should().BeEmpty();
    }

    [Fact]
    public async Task Acknowledged_messages_for_any_device_are_signalled_to_those_who_read_the_queue()
    {
        await using var h = await CreateAsync();
        var p = await h.AddManyAsync(Bob, 2);
        var heard = new ConcurrentQueue<Signal>();
        await using var subscription = await h.Store.Signals.SubscribeAsync(Bob, heard.Enqueue, default);

        await h.Store.Cleared.ClearAsync(Bob, p, default);

        await Eventually.That("the signals arrive", () => heard.Count == 2);
        heard.Select(s => s.Cleared).Should().Equal(p);
        heard.Should().OnlyContain(s => !s.IsMembership && s.Position == WsmqPosition.Start);
    }

    [Fact]
    public async Task What_is_older_than_the_log_may_be_is_forgotten()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxAge = TimeSpan.FromSeconds(1));
        var old = await h.AddAsync(Bob);
        await h.Store.Cleared.ClearAsync(Bob, [old], default);
        await Eventually.That("it is forgotten", async () =>
        {
            var newer = await h.AddAsync(Bob);
            await h.Store.Cleared.ClearAsync(Bob, [newer], default);
            return !(await h.Store.Cleared.FindAsync(Bob, old, newer, default)).Contains(old);
        });
    }
}
