
using Wsmq.Server.Framing;
using Wsmq.Server.Limits;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Feeds;

/// <summary>
/// The tail of one active log, as far as this node knows it: one feed per address, shared by all pumps that read the log. Signals advance
/// the tail; entries that a signal did not carry are read from the log.
/// </summary>
internal sealed class LogFeed(WsmqAddress source, WsmqOptions options)
{
    // How many entries are kept although all readers have written them: a connection of the same device that comes back may lack them. After as
    // many further ones the feed looks again for what can be dropped, which takes longer with many readers.
    private const int KeptOfOne = 16;
    private const int KeptOfMany = 64;

    private readonly Lock _lock = new();

    // The state below takes no memory before the first entry: most logs of a node have a reader and nothing to read.
    private RecentEntries? _recent;
    private int _addsBeforeDrop = KeptOfOne;
    private FeedReaders _readers;
    private byte[]? _sourceText;
    private WsmqPosition _tail;
    private SeenTails _seen;
    private LostRanges _lost = LostRanges.None;
    private SharedPages _pages;
    private SharedFrames? _shared;
    private WsmqPosition _observedTail;
    private long _membershipVersion;
    private ClearedEntries? _cleared;

    /// <summary>The groups of this address's user may have changed. Handlers must not block.</summary>
    public event Action? MembershipChanged;

    public WsmqAddress Source => source;

    /// <summary>The last position known to be issued.</summary>
    public WsmqPosition Tail
    {
        get
        {
            lock (_lock)
                return _tail;
        }
    }

    /// <summary>The ranges of entries that the store has lost, as far as this node knows.</summary>
    public LostRanges Lost
    {
        get
        {
            lock (_lock)
                return _lost;
        }
    }

    /// <summary>The address as a JSON string.</summary>
    public byte[] SourceJson
    {
        get
        {
            lock (_lock)
                return SourceText;
        }
    }

    // Call with the lock held.
    private byte[] SourceText => _sourceText ??= JsonFrames.SourceOf(source);

    /// <summary>Composed writes shared by readers at the same position; null if there is one reader.</summary>
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

    /// <summary>Returns all that a reader needs at its position, in one consistent view.</summary>
    /// <param name="sent">The position after which the reader continues.</param>
    /// <param name="ready">Receives the entries directly after it, if they are among the newest.</param>
    /// <param name="max">The maximum number of entries.</param>
    public FeedView Look(WsmqPosition sent, List<FeedEntry> ready, int max)
    {
        lock (_lock)
        {
            _recent?.CopyAfter(sent, ready, max);
            return new FeedView(_tail, _lost);
        }
    }

    /// <summary>
    /// Reads the log after a position. If the address has several readers, those that want the same page share it, as all of them do when
    /// an entry was too large for its signal. The returned page is charged to the reader until it releases it, and is cut to the capacity
    /// that its user has left.
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

    // A page that another reader has read, or is reading, costs no read and does not wait for a turn.
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

            // Another reader may have started this read while this one waited for its turn.
            if (_pages.Find(after, _tail) is { } begun)
            {
                isOwn = false;
                return begun;
            }

            return _pages.Add(after, _tail, FeedPage.ReadAsync(log, source, SourceText, after, PageSize.Full, CancellationToken.None));
        }
    }

    /// <summary>Whether a device has acknowledged an entry that is for any device, as far as this node knows.</summary>
    public bool IsCleared(WsmqPosition position)
    {
        lock (_lock)
            return _cleared?.Contains(position) == true;
    }

    /// <summary>Devices have acknowledged entries that are for any device.</summary>
    public void Clear(IReadOnlyCollection<WsmqPosition> positions)
    {
        lock (_lock)
        {
            _cleared ??= new ClearedEntries();
            if (_cleared.Add(positions))
                _readers.Notify();
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

        if (signal.Cleared > WsmqPosition.Start)
        {
            Clear([signal.Cleared]);
            return;
        }

        lock (_lock)
        {
            if (signal.Position <= _tail)
                return;

            // The new entry follows a position before the tail: the log has lost the entries from there up to the tail.
            if (signal.Previous < _tail)
                _lost = _lost.With(signal.Previous, _tail);
            else if (signal.Previous > _tail)
                _seen.Add(_tail);

            // After a gap the list of newest entries starts again: readers before the gap read the log.
            if (signal.Previous != _tail || signal.Entry is null)
                _recent = null;
            if (signal.Entry is not null)
                Keep(new FeedEntry(SourceText, signal.Entry));
            _tail = signal.Position;
            if (!signal.More)
                _readers.Notify();
        }
    }

    /// <summary>Applies the state that the store reports; signals may have been lost before.</summary>
    /// <param name="state">The state in the store.</param>
    /// <param name="seenBefore">The feed's tail before the store was queried: a log whose tail is before it has lost entries.</param>
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
                _readers.Notify();
            }
            else if (_tail == _observedTail)
            {
                // No new entry since the last check: a node with very many idle readers must not keep the last messages of each log.
                _recent = null;
                _pages.Clear();
                _shared?.Clear();
            }

            _observedTail = _tail;
        }

        if (membershipChanged)
            MembershipChanged?.Invoke();
    }

    // What all readers have written is dropped soon: objects that live for seconds cost a garbage collector most.
    private void Keep(FeedEntry entry)
    {
        _recent ??= new(options.Delivery.CachedEntriesPerAddress, options.Delivery.CachedBytesPerAddress);
        _recent.Add(entry);
        if (--_addsBeforeDrop > 0)
            return;
        var kept = _readers.IsShared ? KeptOfMany : KeptOfOne;
        _recent.DropThrough(_readers.Slowest, kept);
        _addsBeforeDrop = Math.Max(_recent.Count, kept);
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
