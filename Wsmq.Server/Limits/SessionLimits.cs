using Wsmq.Server.Budgets;
using Wsmq.Server.Logs;
using Wsmq.Server.Usage;

namespace Wsmq.Server.Limits;

/// <summary>What a connection, and its user, may still ask.</summary>
internal sealed class SessionLimits(UserLimits user, LimitRules rules, UsageKeeper usage)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // What a client has in flight when it reads that it is to wait arrives within this time.
    private static readonly TimeSpan ShortestClosing = TimeSpan.FromMilliseconds(500);

    private RateBucket _sends;
    private RateBucket _refusals;
    private int _outstanding;
    private long _closedUntil;

    public UserLimits User => user;

    /// <summary>What is read from logs for the connection.</summary>
    public SessionReads Reads { get; } = new(user, rules);

    /// <summary>Those of the connection's class.</summary>
    public LimitRules Rules => rules;

    /// <summary>Whether a send may bring its address into being.</summary>
    public bool MayCreate => user.MayCreate(rules);

    /// <summary>What the connection has in progress.</summary>
    public ConnectionBudget Budget { get; } = new(user.InProgress, rules.Options.UserBytesInProgress);

    /// <summary>
    /// Counts one more message that was sent, whatever becomes of it; an error where it is one too many. After that all messages of the
    /// connection are refused for a while, uncounted: one in flight would otherwise get the next free place, before the one that its
    /// sender has to repeat.
    /// </summary>
    public WsmqException? CountSend()
    {
        if (Closed() is { } still)
            return rules.Refuse(WsmqErrors.RateLimited, still, "a message before it was refused");
        if (!_sends.TryTake(rules.Sends, out var retryAfter))
            return Close(retryAfter, $"a connection sends at most {rules.Options.SendsPerSecond} a second");
        return user.TrySend(rules, out retryAfter)
            ? null
            : Close(retryAfter, $"a user sends at most {rules.Options.UserSendsPerSecond} a second");
    }

    /// <summary>Counts the bytes of a message that is well-formed; an error where they are too many, as above.</summary>
    public WsmqException? CountBytes(int bytes) => user.TrySendBytes(rules, bytes, out var retryAfter)
        ? null
        : Close(retryAfter, $"a user sends at most {rules.Options.UserSendBytesPerMinute} bytes a minute");

    /// <summary>How many bytes the dead letters of the user's own queue may take, and those of all the user's groups together.</summary>
    public long LetterRoom => usage.LetterRoom(rules);

    public WsmqException RefuseCreation() => user.RefuseCreation(rules);

    /// <summary>Counts a call that costs the store something although nothing may come of it.</summary>
    /// <exception cref="WsmqException"><c>too-many-reads</c> where it is one too many.</exception>
    public async ValueTask CountReadAsync(CancellationToken cancellationToken)
    {
        if (user.TryRead(rules, out var retryAfter))
            return;

        // What is refused costs as well: who is refused again and again has to wait for it.
        await PauseAsync(CountRefusal(), cancellationToken);
        throw rules.Refuse(WsmqErrors.TooManyReads, retryAfter);
    }

    /// <summary>
    /// Takes a place among the sends in flight, and in the user's share of the store; an error where there is none. It ends with
    /// <see cref="EndSend"/>.
    /// </summary>
    public WsmqException? BeginSend(int bytes)
    {
        // Acks share the hub's invocation limit with sends, and must not wait behind them.
        var refusal = Interlocked.Increment(ref _outstanding) <= rules.MaxOutstandingSends
            ? usage.Reserve(user.Usage, rules, bytes)
            : new WsmqException(WsmqErrors.TooManySends, $"at most {rules.MaxOutstandingSends}");
        if (refusal is null)
            Budget.Charge(HeldBytes.Send + bytes);
        else
            Interlocked.Decrement(ref _outstanding);
        return refusal;
    }

    /// <param name="request">The message.</param>
    /// <param name="result">What the store said; null where it failed.</param>
    public void EndSend(in AppendRequest request, in AppendResult? result)
    {
        Interlocked.Decrement(ref _outstanding);
        Budget.Return(HeldBytes.Send + request.Bytes);
        if (result is { Duplicate: false, Refused: false, IsDamaged: false } stored)
        {
            usage.Stored(user.Usage, rules, request, stored);
            if (stored.Created)
                user.Created(rules);
        }
        else
        {
            usage.Release(user.Usage, rules, request.Bytes);
        }
    }

    /// <summary>
    /// Counts a refusal; the result is how long to wait before anything more is taken from the connection. Nobody who waits as told
    /// comes to feel it.
    /// </summary>
    public TimeSpan CountRefusal() =>
        _refusals.TryTake(rules.Refusals, out var pause) ? TimeSpan.Zero : pause < LongestPause ? pause : LongestPause;

    public Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken) =>
        pause > TimeSpan.Zero ? Task.Delay(pause, rules.Time, cancellationToken) : Task.CompletedTask;

    private TimeSpan? Closed()
    {
        var until = Volatile.Read(ref _closedUntil);
        return until != 0 && until - rules.Time.GetTimestamp() is > 0 and var left
            ? TimeSpan.FromSeconds((double)left / rules.Time.TimestampFrequency)
            : null;
    }

    private WsmqException Close(TimeSpan retryAfter, string detail)
    {
        var time = retryAfter > ShortestClosing ? retryAfter : ShortestClosing;
        var until = rules.Time.GetTimestamp() + (long)(time.TotalSeconds * rules.Time.TimestampFrequency);

        // The later time holds: who is told the sooner one comes too early, and is told the later one.
        for (long known = Volatile.Read(ref _closedUntil), seen; known < until; known = seen)
        {
            seen = Interlocked.CompareExchange(ref _closedUntil, until, known);
            if (seen == known)
                break;
        }

        return rules.Refuse(WsmqErrors.RateLimited, time, detail);
    }
}
