using Wsmq.Server.Concurrency;
using Wsmq.Server.Framing;
using Wsmq.Server.Pumps;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Pumps;

/// <summary>Slots of the in-flight window are taken for many entries at once, and at most as many as are free.</summary>
public sealed class DeliveryWindowTests
{
    private readonly ConnectionCredits _credits = new(15);

    private static FeedEntry[] Entries(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(i => new FeedEntry([], new LogEntry(new WsmqPosition(i), new WsmqPosition(i - 1), default, default)))];

    [Fact]
    public void Neither_the_in_flight_window_nor_the_connection_exceeds_its_limit()
    {
        var (one, other) = (new DeliveryWindow(10, _credits, new Nobody()), new DeliveryWindow(10, _credits, new Nobody()));

        one.Take(Entries(1, 4)).Should().Be(4);
        one.Take(Entries(5, 30)).Should().Be(6);
        one.HasRoom.Should().BeFalse();
        one.Take(Entries(11, 1)).Should().Be(0);
        other.Take(Entries(1, 30)).Should().Be(5);
        other.HasRoom.Should().BeFalse();

        one.Acknowledge(new WsmqPosition(3));
        one.Acknowledge(new WsmqPosition(3));
        one.Room.Should().Be(3);
        other.Take(Entries(6, 30)).Should().Be(3);
        one.Take(Entries(11, 1)).Should().Be(0);
        other.Clear();
        one.Take(Entries(11, 30)).Should().Be(3);
    }

    private sealed class Nobody : Worker
    {
        protected override ValueTask RunAsync() => default;
    }
}
