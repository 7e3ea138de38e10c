using System.Text;
using Wsmq.Server.Delivering;
using Wsmq.Server.Logs;

namespace Wsmq.Tests.Delivering;

/// <summary>What a feed keeps in memory.</summary>
public sealed class LogFeedTests
{
    private static readonly Position First = new(1);
    private static readonly Position Second = new(2);

    private readonly LogFeed _feed = new(Address.User("bob"), new WsmqOptions());

    private static Signal Entry(Position position, Position previous) =>
        new(position, previous, new LogEntry(position, previous, Encoding.UTF8.GetBytes("{}"), Encoding.UTF8.GetBytes("1")));

    private static LogState State(Position tail) => new(tail, Position.Start, Position.Start, 0);

    private bool TryGetAfter(Position position, out FeedEntry? entry)
    {
        List<FeedEntry> ready = [];
        _feed.Look(position, ready, 1);
        entry = ready.SingleOrDefault();
        return entry is not null;
    }

    [Fact]
    public void Late_and_repeated_signals_change_nothing_and_a_hole_begins_anew()
    {
        _feed.OnSignal(Entry(First, Position.Start));
        _feed.OnSignal(Entry(First, Position.Start));
        TryGetAfter(Position.Start, out var entry).Should().BeTrue();
        entry!.Position.Should().Be(First);

        _feed.OnSignal(Entry(new Position(4), new Position(3)));
        _feed.OnSignal(Entry(Second, First));

        _feed.Tail.Should().Be(new Position(4));
        TryGetAfter(Position.Start, out _).Should().BeFalse();
        TryGetAfter(First, out _).Should().BeFalse();
        TryGetAfter(new Position(3), out _).Should().BeTrue();
    }

    [Fact]
    public void A_log_without_news_takes_no_memory()
    {
        _feed.OnSignal(Entry(First, Position.Start));
        _feed.Observe(State(First), _feed.Tail);
        TryGetAfter(Position.Start, out _).Should().BeTrue("it came since the last look");

        _feed.Observe(State(First), _feed.Tail);

        TryGetAfter(Position.Start, out _).Should().BeFalse("nothing came for a whole interval: who still wants it reads the log");
        _feed.Tail.Should().Be(First);
        _feed.OnSignal(Entry(Second, First));
        TryGetAfter(First, out _).Should().BeTrue();
    }
}
