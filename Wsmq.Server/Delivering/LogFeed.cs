using Wsmq.Server.Limits;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Delivering;

/// <summary>
/// What this node knows of the end of one active log: one for each address, shared by all pumps that read it. Signals move its
/// tail forward; the log itself says what a signal did not.
/// </summary>
internal sealed class LogFeed(WsmqAddress source, WsmqOptions options)
{
    private readonly Lock _lock = new();

    // Nothing of what follows takes memory before there is an entry: most logs of a node have a reader and nothing to read.
    private RecentEntries? _recent;
    private FeedReaders _readers;
    private byte[]? _sourceText;
    private WsmqPosition _tail;
    private SeenTails _seen;
    private LostRanges _lost = LostRanges.None;
    private SharedPages _pages;
    private SharedFrames? _shared;
    private WsmqPosition _observedTail;
    private long _membershipVersion;

    /// <summary>The groups of this address's user may have changed. Handlers must not block.</summary>
    public event Action? MembershipChanged;

    public WsmqAddress Source => source;

    /// <summary>The last position known to be given out.</summary>
    public WsmqPosition Tail
    {
        get
        {
            lock (_lock)
                return _tail;
        }
    }

    /// <summary>What the store has lost, as far as this node knows.</summary>
    public LostRanges Lost
    {
        get
        {
            lock (_lock)
                return _lost;
        }
    }

    // Used with the lock held.
    private byte[] SourceText => _sourceText ??= JsonFrames.SourceOf(source);

    /// <summary>What readers that keep step with each other share; null where there is one reader.</summary>
    public SharedFrames? Shared => Volatile.Read(ref _shared);

    public void Attach(IFeedReader reader)
    {
        lock (_lock)
        {
            _readers.Add(reader);
            _shared ??= _readers.IsShared ? new SharedFrames() : null;
        }
    }

    public void Detach(IFeedReader reader)
    {
        lock (_lock)
            _readers.Remove(reader);
    }

    /// <summary>Everything that a reader has to know at its position, in one look.</summary>
    /// <param name="sent">The position.</param>
    /// <param name="ready">Takes the entries directly behind it, if they are among the newest.</param>
    /// <param name="max">How many at most.</param>
    public FeedView Look(WsmqPosition sent, List<FeedEntry> ready, int max)
    {
        lock (_lock)
        {
            _recent?.CopyAfter(sent, ready, max);
            return new FeedView(_tail, _lost);
        }
    }

    /// <summary>
    /// Reads the log behind a position. Where the address has several readers, those who want the same page share it, as all do
    /// when an entry was too large to travel with its signal. What is returned is charged to the reader until it releases it, and as
    /// much as its user has room for.
    /// </summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task<FeedPage> ReadAsync(IMessageLog log, WsmqPosition after, int most, SessionReads reads, CancellationToken cancellationToken)
    {
        var page = Shareable(after) is { } shared
            ? reads.Hold(await shared.WaitAsync(cancellationToken), most)
            : await ReadInTurnAsync(log, after, most, reads, cancellationToken);
        lock (_lock)
            _lost = SeenTails.Check(_tail, after, page.Entries, _seen.Check(after, page.Entries, _lost));
        return page;
    }

    // What another reader has read, or is reading, costs nothing, and waits for nobody's turn.
    private Task<FeedPage>? Shareable(WsmqPosition after)
    {
        lock (_lock)
            return _pages.Find(after, _tail);
    }

    private async Task<FeedPage> ReadInTurnAsync(IMessageLog log, WsmqPosition after, int most, SessionReads reads, CancellationToken cancellationToken)
    {
        await reads.EnterAsync(cancellationToken);
        try
        {
            var reading = Begin(log, after, reads.PageOf(most), cancellationToken, out var isOwn);
            var page = await reading.WaitAsync(cancellationToken);
            if (isOwn)
                reads.Charge(page.Bytes);
            return reads.Hold(page, most);
        }
        finally
        {
            reads.Leave();
        }
    }

    private Task<FeedPage> Begin(IMessageLog log, WsmqPosition after, PageSize size, CancellationToken cancellationToken, out bool isOwn)
    {
        lock (_lock)
        {
            isOwn = true;
            if (!_readers.IsShared)
            {
                _pages.Clear();
                return FeedPage.ReadAsync(log, source, SourceText, after, size, cancellationToken);
            }

            // Somebody may have begun it while this one waited.
            if (_pages.Find(after, _tail) is { } begun)
            {
                isOwn = false;
                return begun;
            }

            return _pages.Add(after, _tail, FeedPage.ReadAsync(log, source, SourceText, after, PageSize.Full, CancellationToken.None));
        }
    }

    public void OnSignal(Signal signal)
    {
        if (signal.IsMembership)
        {
            MembershipChanged?.Invoke();
            return;
        }

        if (signal.Left is { } user)
        {
            TellLeft(user);
            return;
        }

        lock (_lock)
        {
            if (signal.Position <= _tail)
                return;

            // What follows an entry before the tail follows it in a log that has lost what was behind it.
            if (signal.Previous < _tail)
                _lost = _lost.With(signal.Previous, _tail);
            else if (signal.Previous > _tail)
                _seen.Add(_tail);

            // Behind a hole the newest entries begin anew: readers before it go to the log.
            if (signal.Previous != _tail || signal.Entry is null)
                _recent = null;
            if (signal.Entry is not null)
                (_recent ??= new(options.FeedEntries, options.FeedBytes)).Add(new FeedEntry(SourceText, signal.Entry));
            _tail = signal.Position;
            if (!signal.More)
                _readers.Tell();
        }
    }

    /// <summary>Takes over what the store says; signals may have been lost before.</summary>
    /// <param name="state">What the store says.</param>
    /// <param name="seenBefore">The feed's tail before the store was asked: a log that ends before it has lost entries.</param>
    public void Observe(LogState state, WsmqPosition seenBefore)
    {
        bool membershipChanged;
        lock (_lock)
        {
            membershipChanged = state.MembershipVersion != _membershipVersion;
            _membershipVersion = state.MembershipVersion;
            var wentBack = state.Tail < seenBefore && seenBefore == _tail;
            if (wentBack)
                _lost = _lost.With(state.Tail, _tail);
            else if (state.Tail > _tail)
                _seen.Add(_tail);
            if (wentBack || state.Tail > _tail)
            {
                _recent = null;
                _tail = state.Tail;
                _readers.Tell();
            }
            else if (_tail == _observedTail)
            {
                // Quiet since the last look: a node with very many idle readers must not keep the last messages of each.
                _recent = null;
                _pages.Clear();
                _shared?.Clear();
            }

            _observedTail = _tail;
        }

        if (membershipChanged)
            MembershipChanged?.Invoke();
    }

    private void TellLeft(string user)
    {
        IFeedReader[] readers;
        lock (_lock)
            readers = _readers.ToArray();
        foreach (var reader in readers)
            reader.OnLeft(user);
    }
}
