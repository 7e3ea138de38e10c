using System.Text;
using Wsmq.Server.Feeds;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Feeds;

/// <summary>What a feed keeps in memory.</summary>
public sealed class LogFeedTests
{
    private static readonly WsmqPosition First = new(1);
    private static readonly WsmqPosition Second = new(2);

    private readonly LogFeed _feed = new(WsmqAddress.User("bob"), new WsmqOptions());

    private static Signal Entry(WsmqPosition position, WsmqPosition previous) =>
        new(position, previous, new LogEntry(position, previous, Encoding.UTF8.GetBytes("{}"), Encoding.UTF8.GetBytes("1")));

    private static LogState State(WsmqPosition tail) => new(tail, WsmqPosition.Start, WsmqPosition.Start, 0);

    private bool TryGetAfter(WsmqPosition position, out FeedEntry? entry)
    {
        List<FeedEntry> ready = [];
        _feed.Look(position, ready, 1);
        entry = ready.SingleOrDefault();
        return entry is not null;
    }

    [Fact]
    public void Late_and_repeated_signals_are_ignored_and_a_missing_signal_drops_the_entries_before_it()
    {
        _feed.OnSignal(Entry(First, WsmqPosition.Start));
        _feed.OnSignal(Entry(First, WsmqPosition.Start));
        TryGetAfter(WsmqPosition.Start, out var entry).Should().BeTrue();
        entry!.Position.Should().Be(First);

        _feed.OnSignal(Entry(new WsmqPosition(4), new WsmqPosition(3)));
        _feed.OnSignal(Entry(Second, First));

        _feed.Tail.Should().Be(new WsmqPosition(4));
        TryGetAfter(WsmqPosition.Start, out _).Should().BeFalse();
        TryGetAfter(First, out _).Should().BeFalse();
        TryGetAfter(new WsmqPosition(3), out _).Should().BeTrue();
    }

    [Fact]
    public void An_idle_log_keeps_no_entries_in_memory()
    {
        _feed.OnSignal(Entry(First, WsmqPosition.Start));
        _feed.Observe(State(First), _feed.Tail);
        TryGetAfter(WsmqPosition.Start, out _).Should().BeTrue("it arrived since the last check");

        _feed.Observe(State(First), _feed.Tail);

        TryGetAfter(WsmqPosition.Start, out _).Should().BeFalse("no entry arrived for a whole interval: a lagging reader reads the log");
        _feed.Tail.Should().Be(First);
        _feed.OnSignal(Entry(Second, First));
        TryGetAfter(First, out _).Should().BeTrue();
    }

    [Fact]
    public void Readers_are_notified_at_the_last_of_several_signals_that_arrive_together()
    {
        var reader = new Listening();
        _feed.Attach(reader);

        _feed.OnSignal(Entry(First, WsmqPosition.Start) with { More = true });
        reader.Heard.Should().Be(0);
        _feed.OnSignal(Entry(Second, First));

        reader.Heard.Should().Be(1);
        List<FeedEntry> ready = [];
        _feed.Look(WsmqPosition.Start, ready, 10).Tail.Should().Be(Second);
        ready.Select(e => e.Position).Should().Equal(First, Second);
    }

    [Fact]
    public void A_feed_keeps_at_most_its_limit_and_returns_at_most_the_requested_number_of_entries()
    {
        var feed = new LogFeed(WsmqAddress.User("bob"), new WsmqOptions { Delivery = { CachedEntriesPerAddress = 5 } });
        for (var i = 1; i <= 23; i++)
            feed.OnSignal(Entry(new WsmqPosition(10 * i), new WsmqPosition(10 * (i - 1))));

        List<FeedEntry> ready = [];
        feed.Look(new WsmqPosition(170), ready, 10);
        ready.Should().BeEmpty("180 was evicted");
        feed.Look(new WsmqPosition(180), ready, 3);
        ready.Select(e => e.Position.Value).Should().Equal(190, 200, 210);
        ready.Clear();
        feed.Look(new WsmqPosition(215), ready, 10);
        ready.Select(e => e.Position.Value).Should().Equal([220, 230], "there is no entry between 215 and 220");
        ready.Clear();
        feed.Look(new WsmqPosition(205), ready, 1);
        ready.Select(e => e.Position.Value).Should().Equal(210);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_log_that_lost_its_tail_and_grew_past_it_is_detected_by_a_read_across_the_loss(bool bySignal)
    {
        var (seen, kept, next, last) = (new WsmqPosition(5), new WsmqPosition(2), new WsmqPosition(8), new WsmqPosition(9));
        _feed.OnSignal(Entry(seen, new WsmqPosition(4)));

        // The signal of the first entry after the loss was missed: the second entry follows one that this feed has not seen.
        if (bySignal)
            _feed.OnSignal(Entry(last, next));
        else
            _feed.Observe(State(last), _feed.Tail);
        _feed.Lost.After(kept).Should().BeNull("the loss is not detected yet");
        await _feed.ReadAsync(new Page(State(last), Stored(next, kept), Stored(last, next)), seen, FeedPage.MaxEntries, TestReads.Unlimited, CancellationToken.None);

        _feed.Lost.After(kept).Should().Be(seen);
        _feed.Lost.After(new WsmqPosition(4)).Should().Be(seen);
        _feed.Lost.After(seen).Should().BeNull("a reader at that position misses nothing");
    }

    [Fact]
    public async Task Missed_signals_and_retention_are_not_recorded_as_losses()
    {
        _feed.OnSignal(Entry(First, WsmqPosition.Start));
        _feed.OnSignal(Entry(new WsmqPosition(4), new WsmqPosition(3)));
        await _feed.ReadAsync(new Page(State(new WsmqPosition(4)), Stored(First, WsmqPosition.Start), Stored(new WsmqPosition(3), First)), WsmqPosition.Start, FeedPage.MaxEntries, TestReads.Unlimited, CancellationToken.None);
        _feed.OnSignal(Entry(new WsmqPosition(9), new WsmqPosition(8)));
        await _feed.ReadAsync(new Page(State(new WsmqPosition(9)), Stored(new WsmqPosition(9), new WsmqPosition(8))), Second, FeedPage.MaxEntries, TestReads.Unlimited, CancellationToken.None);
        await _feed.ReadAsync(new Page(State(new WsmqPosition(9)), Stored(new WsmqPosition(9), Second)), new WsmqPosition(5), FeedPage.MaxEntries, TestReads.Unlimited, CancellationToken.None);

        _feed.Lost.Should().BeSameAs(LostRanges.None);
    }

    [Fact]
    public void Several_losses_are_kept_separately_and_a_later_one_replaces_those_after_its_start()
    {
        var lost = LostRanges.None.With(new WsmqPosition(10), new WsmqPosition(20)).With(new WsmqPosition(30), new WsmqPosition(40));
        lost.After(new WsmqPosition(15)).Should().Be(new WsmqPosition(20));
        lost.After(new WsmqPosition(25)).Should().BeNull();
        lost.After(new WsmqPosition(30)).Should().Be(new WsmqPosition(40));

        lost = lost.With(new WsmqPosition(15), new WsmqPosition(50));

        lost.After(new WsmqPosition(10)).Should().Be(new WsmqPosition(50));
        lost.After(new WsmqPosition(45)).Should().Be(new WsmqPosition(50));
        lost.After(new WsmqPosition(9)).Should().BeNull();
    }

    [Fact]
    public async Task Readers_of_the_same_page_share_one_read_and_readers_of_another_page_do_not_evict_it()
    {
        var log = new Page(State(Second), Stored(First, WsmqPosition.Start), Stored(Second, First));
        _feed.Attach(new Listening());
        _feed.Attach(new Listening());
        async Task<FeedPage> ReadAsync(WsmqPosition after) => await _feed.ReadAsync(log, after, FeedPage.MaxEntries, TestReads.Unlimited, CancellationToken.None);

        var pages = new[] { await ReadAsync(WsmqPosition.Start), await ReadAsync(First), await ReadAsync(WsmqPosition.Start), await ReadAsync(First) };

        log.Reads.Should().Be(2);
        pages[2].Should().BeSameAs(pages[0]);
        pages[3].Should().BeSameAs(pages[1]);
        _feed.OnSignal(Entry(new WsmqPosition(3), Second));
        await ReadAsync(WsmqPosition.Start);
        log.Reads.Should().Be(3, "the log has grown");
    }

    [Fact]
    public void What_all_readers_have_written_is_dropped_and_what_one_has_not_is_kept()
    {
        var (fast, slow) = (new Listening(), new Listening());
        _feed.Attach(fast);
        _feed.Attach(slow);
        for (var i = 1; i <= 400; i++)
        {
            _feed.OnSignal(Entry(new WsmqPosition(i), new WsmqPosition(i - 1)));
            fast.Sent = new WsmqPosition(i);
            slow.Sent = new WsmqPosition(i <= 300 ? i : 300);
        }

        Ready(after: 300).Should().Equal(Enumerable.Range(301, 100));
        Ready(after: 200).Should().BeEmpty("they are read from the log");
    }

    [Fact]
    public void After_a_reader_was_far_behind_what_all_have_written_is_dropped_again()
    {
        var reader = new Listening();
        _feed.Attach(reader);
        for (var i = 1; i <= 2_000; i++)
        {
            _feed.OnSignal(Entry(new WsmqPosition(i), new WsmqPosition(i - 1)));
            reader.Sent = new WsmqPosition(i <= 1_000 ? 0 : i);
        }

        Ready(after: 1_995).Should().HaveCount(5);
        Ready(after: 1_900).Should().BeEmpty();
    }

    [Fact]
    public void Without_readers_the_newest_entries_are_kept()
    {
        for (var i = 1; i <= 100; i++)
            _feed.OnSignal(Entry(new WsmqPosition(i), new WsmqPosition(i - 1)));
        Ready(after: 0).Should().HaveCount(100);
    }

    private int[] Ready(long after)
    {
        var ready = new List<FeedEntry>();
        _feed.Look(new WsmqPosition(after), ready, 10_000);
        return [.. ready.Select(entry => (int)entry.Position.Value)];
    }

    private static LogEntry Stored(WsmqPosition position, WsmqPosition previous) => Entry(position, previous).Entry!;

    /// <summary>A log with a single page.</summary>
    private sealed class Page(LogState state, params LogEntry[] entries) : ScriptedLogBase
    {
        public int Reads { get; private set; }

        public override Task<LogPage> ReadAsync(WsmqAddress source, WsmqPosition after, int maxEntries, int maxBytes, CancellationToken cancellationToken)
        {
            Reads++;
            return Task.FromResult(new LogPage(entries, state));
        }
    }

    private sealed class Listening : IFeedReader
    {
        public int Heard { get; private set; }

        public WsmqPosition Sent { get; set; }

        public void OnNews(int readers) => Heard++;

        public void OnLeft(string user) => Heard++;
    }
}
