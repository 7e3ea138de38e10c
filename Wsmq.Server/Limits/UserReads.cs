using Wsmq.Server.Delivering;

namespace Wsmq.Server.Limits;

/// <summary>
/// What a user has read from logs: few pages at a time, one reader after another, so many bytes a second, and so many at a time that
/// are not written. Who reads more only waits, or gets smaller pages.
/// Without it the pages that one user asks for stand in front of everybody else's commands.
/// </summary>
internal sealed class UserReads
{
    private const int AtATime = 2;

    // A page takes so much of what is left, so that something is left for the user's other connections.
    private const int Shares = 8;

    private readonly SemaphoreSlim _turns = new(AtATime);
    private readonly Lock _lock = new();
    private RateBucket _bytes;
    private long _held;

    public bool IsIdle(long now) => _turns.CurrentCount == AtATime && _bytes.IsFull(now) && Held == 0;

    /// <summary>In pages that the user's connections have read and not written yet.</summary>
    public long Held
    {
        get
        {
            lock (_lock)
                return _held;
        }
    }

    /// <summary>There is room for more than the one entry that nobody is denied.</summary>
    public bool HasRoom(LimitRules rules) => Held < rules.Options.UserUnwrittenBytes;

    /// <summary>How large the next page may be, with at most so many entries.</summary>
    public PageSize PageOf(LimitRules rules, int most)
    {
        var bytes = (int)Math.Clamp((rules.Options.UserUnwrittenBytes - Held) / Shares, 1, FeedPage.MaxBytes);
        return new PageSize(most, bytes);
    }

    /// <summary>Takes as much of a page as there is room for.</summary>
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

    /// <summary>Waits for a turn, and until earlier reads are paid for. Leave with it.</summary>
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

    /// <summary>So many bytes were read.</summary>
    public void Charge(LimitRules rules, long bytes) => _bytes.Charge(rules.UserReadBytes, RateRule.UnitsOf(bytes));

    public void Leave() => _turns.Release();
}

/// <summary>The reads of one connection. Most are never behind, and their user has none.</summary>
internal sealed class SessionReads(UserLimits user, LimitRules rules)
{
    public ValueTask EnterAsync(CancellationToken cancellationToken) => user.LogReads.EnterAsync(rules, cancellationToken);

    public void Charge(long bytes) => user.LogReads.Charge(rules, bytes);

    public void Leave() => user.LogReads.Leave();

    /// <summary>A page may be read ahead: there is room for more than the one entry that nobody is denied.</summary>
    public bool HasRoom => user.LogReads.HasRoom(rules);

    /// <summary>How large the next page may be, with at most so many entries.</summary>
    public PageSize PageOf(int most) => user.LogReads.PageOf(rules, most);

    /// <summary>Takes as much of a page as there is room for; release it.</summary>
    public FeedPage Hold(FeedPage page, int most) => user.LogReads.Hold(rules, page, most);

    public void Release(FeedPage page) => user.LogReads.Release(page);
}
