using System.Diagnostics.CodeAnalysis;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Delivering;

/// <summary>
/// What this node knows of the end of one active log: one for each address, shared by all pumps that read it. Signals move its
/// tail forward; the log itself says what a signal did not.
/// </summary>
internal sealed class LogFeed(Address source, WsmqOptions options)
{
    private readonly Lock _lock = new();
    private readonly RecentEntries _recent = new(options.FeedEntries, options.FeedBytes);
    private readonly HashSet<WakeUp> _readers = [];
    private readonly string _sourceText = source.ToString();
    private Position _tail;
    private (Position From, Position Through)? _lost;
    private Position _observedTail;
    private long _membershipVersion;

    /// <summary>The groups of this address's user may have changed. Handlers must not block.</summary>
    public event Action? MembershipChanged;

    /// <summary>A user left the group of this address. Handlers must not block.</summary>
    public event Action<string>? MemberLeft;

    public Address Source => source;

    /// <summary>The last position known to be given out.</summary>
    public Position Tail
    {
        get
        {
            lock (_lock)
                return _tail;
        }
    }

    /// <summary>
    /// Up to where the store has lost what follows a position: this node had seen entries there which the log no longer has, as
    /// after a failover to a replica that had not received them.
    /// </summary>
    public bool IsLostAfter(Position position, out Position through)
    {
        lock (_lock)
        {
            through = _lost?.Through ?? default;
            return _lost is { } lost && lost.From <= position && position < lost.Through;
        }
    }

    public void Attach(WakeUp reader)
    {
        lock (_lock)
            _readers.Add(reader);
    }

    public void Detach(WakeUp reader)
    {
        lock (_lock)
            _readers.Remove(reader);
    }

    public FeedEntry Entry(LogEntry entry) => new(_sourceText, entry);

    /// <summary>The entry directly behind a position, if it is among the newest.</summary>
    public bool TryGetAfter(Position position, [NotNullWhen(true)] out FeedEntry? entry)
    {
        lock (_lock)
            return _recent.TryGetAfter(position, out entry);
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
            MemberLeft?.Invoke(user);
            return;
        }

        lock (_lock)
        {
            if (signal.Position <= _tail)
                return;

            // What follows an entry before the tail follows it in a log that has lost what was behind it.
            if (signal.Previous < _tail)
                _lost = (signal.Previous, _tail);

            // Behind a hole the newest entries begin anew: readers before it go to the log.
            if (signal.Previous != _tail || signal.Entry is null)
                _recent.Clear();
            if (signal.Entry is not null)
                _recent.Add(Entry(signal.Entry));
            _tail = signal.Position;
            WakeReaders();
        }
    }

    /// <summary>Takes over what the store says; signals may have been lost before.</summary>
    /// <param name="state">What the store says.</param>
    /// <param name="seenBefore">The feed's tail before the store was asked: a log that ends before it has lost entries.</param>
    public void Observe(LogState state, Position seenBefore)
    {
        bool membershipChanged;
        lock (_lock)
        {
            membershipChanged = state.MembershipVersion != _membershipVersion;
            _membershipVersion = state.MembershipVersion;
            var wentBack = state.Tail < seenBefore && seenBefore == _tail;
            if (wentBack)
                _lost = (state.Tail, _tail);
            if (wentBack || state.Tail > _tail)
            {
                _recent.Clear();
                _tail = state.Tail;
                WakeReaders();
            }
            else if (_tail == _observedTail)
            {
                // Quiet since the last look: a node with very many idle readers must not keep the last messages of each.
                _recent.Clear();
            }

            _observedTail = _tail;
        }

        if (membershipChanged)
            MembershipChanged?.Invoke();
    }

    private void WakeReaders()
    {
        foreach (var reader in _readers)
            reader.Set();
    }
}
