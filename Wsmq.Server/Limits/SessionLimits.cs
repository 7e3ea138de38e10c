
using Wsmq.Server.Budgets;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Limits;

/// <summary>The limits of a connection, or of all HTTP requests of a user, and of the user.</summary>
internal sealed class SessionLimits(UserLimits user, LimitRules rules, UsageKeeper usage)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // Messages that are in flight when the client receives the refusal still arrive within this time.
    private static readonly TimeSpan ShortestClosing = TimeSpan.FromMilliseconds(500);

    private RateBucket _sends;
    private RateBucket _refusals;
    private int _outstanding;
    private int _requests;
    private long _closedUntil;

    public UserLimits User => user;

    /// <summary>The reads of logs for the connection.</summary>
    public SessionReads Reads { get; } = new(user, rules);

    /// <summary>The rules of the connection's class.</summary>
    public LimitRules Rules => rules;

    /// <summary>Whether there is no state to keep.</summary>
    public bool IsIdle(long now) => Volatile.Read(ref _requests) == 0 && _sends.IsFull(now) && _refusals.IsFull(now) && Volatile.Read(ref _closedUntil) <= now;

    /// <summary>Whether a send may create its address.</summary>
    public bool MayCreate => user.MayCreate(rules);

    /// <summary>The bytes that the connection has in progress.</summary>
    public ConnectionBudget Budget { get; } = new(user.InProgress, rules.Options.UserBytesInProgress);

    /// <summary>
    /// Counts a message that was sent, whatever its outcome; returns an error if it exceeds a rate. After that all messages of the
    /// connection are refused for a while, uncounted: otherwise one in flight would take the next free token before the one that its sender
    /// has to repeat.
    /// </summary>
    public WsmqException? CountSend()
    {
        if (Closed() is { } still)
            return rules.Refuse(WsmqErrors.RateLimited, still, "an earlier message was refused");
        if (!_sends.TryTake(rules.Sends, out var retryAfter))
            return Close(retryAfter, $"a connection sends at most {rules.Options.ConnectionSendsPerSecond} a second");
        return user.TrySend(rules, out retryAfter)
            ? null
            : Close(retryAfter, $"a user sends at most {rules.Options.UserSendsPerSecond} a second");
    }

    /// <summary>
    /// Counts the bytes of a well-formed message; returns an error if there are too many, with the same effect as in
    /// <see cref="CountSend"/>.
    /// </summary>
    public WsmqException? CountBytes(int bytes) => user.TrySendBytes(rules, bytes, out var retryAfter)
        ? null
        : Close(retryAfter, $"a user sends at most {rules.Options.UserSendBytesPerMinute} bytes a minute");

    /// <summary>
    /// The limit in bytes of the dead letters of the user's own queue, and of those of all the user's groups together: each may reach it.
    /// </summary>
    public long DeadLetterBytes => usage.DeadLetterBytes(rules);

    public WsmqException RefuseCreation() => user.RefuseCreation(rules);

    /// <summary>Counts a stream of a producer, whose state the store keeps for long.</summary>
    /// <exception cref="WsmqException"><c>too-many-producers</c>: the rate is exceeded.</exception>
    public void CountProducer()
    {
        if (!user.TryProduce(rules, out var retryAfter))
            throw rules.Refuse(WsmqErrors.TooManyProducers, retryAfter);
    }

    /// <summary>Counts a call that costs the store something even if it has no effect.</summary>
    /// <exception cref="WsmqException"><c>too-many-resumes</c>: the rate is exceeded.</exception>
    public async ValueTask ThrottleReadAsync(CancellationToken cancellationToken)
    {
        if (user.TryRead(rules, out var retryAfter))
            return;

        // Refusals cost as well: a client that is refused repeatedly has to wait for them.
        await PauseAsync(CountRefusal(), cancellationToken);
        throw rules.Refuse(WsmqErrors.TooManyResumes, retryAfter);
    }

    /// <summary>
    /// Takes a slot among the sends in flight, and bytes of the user's share of the store; returns an error if either is used up. Pair it
    /// with <see cref="EndSend"/>.
    /// </summary>
    public WsmqException? BeginSend(int bytes)
    {
        // Acks share the hub's invocation limit with sends, and must not queue after them.
        var refusal = Interlocked.Increment(ref _outstanding) <= rules.MaxInFlightSends
            ? usage.Reserve(user.Usage, rules, bytes)
            : new WsmqException(WsmqErrors.TooManySends, $"at most {rules.MaxInFlightSends} are in flight");
        if (refusal is null)
            Budget.Charge(HeldBytes.Send + bytes);
        else
            Interlocked.Decrement(ref _outstanding);
        return refusal;
    }

    /// <param name="request">The message.</param>
    /// <param name="result">The result of the store; null if it failed.</param>
    public void EndSend(in AppendRequest request, in AppendResult? result)
    {
        Interlocked.Decrement(ref _outstanding);
        Budget.Return(HeldBytes.Send + request.Bytes);
        // A work queue has limits of its own, and is charged to no user.
        if (request.To.Kind != WsmqAddressKind.Work && result is { Duplicate: false, IsStored: true } stored)
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

    /// <summary>Counts an open request. Pair it with <see cref="EndRequest"/>.</summary>
    /// <exception cref="WsmqException"><c>too-many-sends</c>.</exception>
    public void BeginRequest(int most)
    {
        if (Interlocked.Increment(ref _requests) <= most)
            return;
        Interlocked.Decrement(ref _requests);
        throw new WsmqException(WsmqErrors.TooManySends, $"at most {most} requests are open");
    }

    public void EndRequest() => Interlocked.Decrement(ref _requests);

    /// <summary>
    /// Counts a refusal; returns how long to wait before anything more is read from the connection. A client that waits as told never
    /// notices.
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

        // The later time wins: a client that was given the earlier one retries too early, and is then given the later one.
        for (long known = Volatile.Read(ref _closedUntil), seen; known < until; known = seen)
        {
            seen = Interlocked.CompareExchange(ref _closedUntil, until, known);
            if (seen == known)
                break;
        }

        return rules.Refuse(WsmqErrors.RateLimited, time, detail);
    }
}
