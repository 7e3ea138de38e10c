namespace Wsmq.Server.Limits;

/// <summary>What a connection, and its user, may still ask.</summary>
internal sealed class SessionLimits(UserLimits user, LimitRules rules)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private RateBucket _sends;
    private RateBucket _refusals;
    private int _outstanding;

    public UserLimits User => user;

    /// <summary>Those of the connection's class.</summary>
    public LimitRules Rules => rules;

    /// <summary>Whether a send may bring its address into being.</summary>
    public bool MayCreate => user.MayCreate(rules);

    /// <summary>Counts one more message that was sent, whatever becomes of it; an error where it is one too many.</summary>
    public WsmqException? CountSend()
    {
        if (!_sends.TryTake(rules.Sends, out var retryAfter))
            return rules.Refuse(WsmqErrors.RateLimited, retryAfter, $"a connection sends at most {rules.Options.SendsPerSecond} a second");
        return user.TrySend(rules, out retryAfter)
            ? null
            : rules.Refuse(WsmqErrors.RateLimited, retryAfter, $"a user sends at most {rules.Options.UserSendsPerSecond} a second");
    }

    /// <summary>Counts the bytes of a message that is well-formed; an error where they are too many.</summary>
    public WsmqException? CountBytes(int bytes) => user.TrySendBytes(rules, bytes, out var retryAfter)
        ? null
        : rules.Refuse(WsmqErrors.RateLimited, retryAfter, $"a user sends at most {rules.Options.UserSendBytesPerMinute} bytes a minute");

    /// <summary>An address came into being by a send of this connection.</summary>
    public void Created() => user.Created(rules);

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

    /// <summary>Takes a place among the sends under way; an error where all are taken. Give it back.</summary>
    public WsmqException? BeginSend()
    {
        // Acks share the hub's invocation limit with sends, and must not wait behind them.
        if (Interlocked.Increment(ref _outstanding) <= rules.MaxOutstandingSends)
            return null;
        EndSend();
        return new WsmqException(WsmqErrors.TooManySends, $"at most {rules.MaxOutstandingSends}");
    }

    public void EndSend() => Interlocked.Decrement(ref _outstanding);

    /// <summary>
    /// Counts a refusal; the result is how long to wait before anything more is taken from the connection. Nobody who waits as told
    /// comes to feel it.
    /// </summary>
    public TimeSpan CountRefusal() =>
        _refusals.TryTake(rules.Refusals, out var pause) ? TimeSpan.Zero : pause < LongestPause ? pause : LongestPause;

    public Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken) =>
        pause > TimeSpan.Zero ? Task.Delay(pause, rules.Time, cancellationToken) : Task.CompletedTask;
}
