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

    [Fact]
    public void Readers_hear_of_the_last_of_several_signals_that_came_together()
    {
        var reader = new Listening();
        _feed.Attach(reader);

        _feed.OnSignal(Entry(First, Position.Start) with { More = true });
        reader.Heard.Should().Be(0);
        _feed.OnSignal(Entry(Second, First));

        reader.Heard.Should().Be(1);
        List<FeedEntry> ready = [];
        _feed.Look(Position.Start, ready, 10).Tail.Should().Be(Second);
        ready.Select(e => e.Position).Should().Equal(First, Second);
    }

    [Fact]
    public void A_feed_keeps_no_more_than_its_limits_and_gives_out_no_more_than_asked_for()
    {
        var feed = new LogFeed(Address.User("bob"), new WsmqOptions { FeedEntries = 5 });
        for (var i = 1; i <= 23; i++)
            feed.OnSignal(Entry(new Position(10 * i), new Position(10 * (i - 1))));

        List<FeedEntry> ready = [];
        feed.Look(new Position(170), ready, 10);
        ready.Should().BeEmpty("180 is gone");
        feed.Look(new Position(180), ready, 3);
        ready.Select(e => e.Position.Value).Should().Equal(190, 200, 210);
        ready.Clear();
        feed.Look(new Position(215), ready, 10);
        ready.Select(e => e.Position.Value).Should().Equal([220, 230], "nothing lies between 215 and 220");
        ready.Clear();
        feed.Look(new Position(205), ready, 1);
        ready.Select(e => e.Position.Value).Should().Equal(210);
    }

    private sealed class Listening : IFeedReader
    {
        public int Heard { get; private set; }

        public void OnNews() => Heard++;

        public void OnLeft(string user) => Heard++;
    }
}
