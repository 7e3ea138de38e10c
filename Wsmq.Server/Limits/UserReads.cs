
using Wsmq.Server.Framing;

namespace Wsmq.Server.Limits;

/// <summary>
/// Limits what is read from logs for a user: few pages at a time, readers in turn, a rate of bytes, and a maximum of bytes that are read
/// and not written. A user over a limit only waits, or gets smaller pages. Without the limits the page reads of one user would queue before
/// the commands of all others.
/// </summary>
internal sealed class UserReads
{
    private const int AtATime = 2;

    // A page takes at most this part of the remaining capacity, so that some is left for the user's other connections.
    private const int Shares = 8;

    private readonly SemaphoreSlim _turns = new(AtATime);
    private readonly Lock _lock = new();
    private RateBucket _bytes;
    private long _held;

    public bool IsIdle(long now) => _turns.CurrentCount == AtATime && _bytes.IsFull(now) && Held == 0;

    /// <summary>The bytes of pages that the user's connections have read and not written yet.</summary>
    public long Held
    {
        get
        {
            lock (_lock)
                return _held;
        }
    }

    /// <summary>Whether there is capacity for more than the one entry that is always allowed.</summary>
    public bool HasRoom(LimitRules rules) => Held < rules.Options.UserUnwrittenBytes;

    /// <summary>The maximum size of the next page, with at most this many entries.</summary>
    public PageSize PageOf(LimitRules rules, int most)
    {
        var bytes = (int)Math.Clamp((rules.Options.UserUnwrittenBytes - Held) / Shares, 1, FeedPage.MaxBytes);
        return new PageSize(most, bytes);
    }

    /// <summary>Takes as much of a page as there is capacity for; at least one entry.</summary>
    public FeedPage Hold(LimitRules rules, FeedPage page, int most)
    {
        lock (_lock)
        {
            var head = page.Head(PageOf(rules, most));
            _held += head.HeldBytes;
            return head;
        }
    }

    public void Release(FeedPage page)
    {
        lock (_lock)
            _held -= page.HeldBytes;
    }

    /// <summary>Waits for a turn, and until earlier reads are paid for. Pair it with <see cref="Leave"/>.</summary>
    public async ValueTask EnterAsync(LimitRules rules, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            while (_bytes.Debt(rules.UserReadBytes) is var debt && debt > TimeSpan.Zero)
                await Task.Delay(debt, rules.Time, cancellationToken);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    /// <summary>Charges bytes that were read.</summary>
    public void Charge(LimitRules rules, long bytes) => _bytes.Charge(rules.UserReadBytes, RateRule.UnitsOf(bytes));

    public void Leave() => _turns.Release();
}

/// <summary>The reads of one connection. Most connections never lag, and their user has no <see cref="UserReads"/>.</summary>
internal sealed class SessionReads(UserLimits user, LimitRules rules)
{
    public ValueTask EnterAsync(CancellationToken cancellationToken) => user.LogReads.EnterAsync(rules, cancellationToken);

    public void Charge(long bytes) => user.LogReads.Charge(rules, bytes);

    public void Leave() => user.LogReads.Leave();

    /// <summary>Whether a page may be read ahead: there is capacity for more than the one entry that is always allowed.</summary>
    public bool HasRoom => user.LogReads.HasRoom(rules);

    /// <summary>The maximum size of the next page, with at most this many entries.</summary>
    public PageSize PageOf(int most) => user.LogReads.PageOf(rules, most);

    /// <summary>Takes as much of a page as there is capacity for, at least one entry; pair it with <see cref="Release"/>.</summary>
    public FeedPage Hold(FeedPage page, int most) => user.LogReads.Hold(rules, page, most);

    public void Release(FeedPage page) => user.LogReads.Release(page);
}
