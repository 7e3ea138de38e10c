namespace Wsmq.Server.Limits;

/// <summary>
/// What a user has read from logs: few pages at a time, one reader after another, and so many bytes a second. Who reads more only waits.
/// Without it the pages that one user asks for stand in front of everybody else's commands.
/// </summary>
internal sealed class UserReads
{
    private const int AtATime = 2;

    private readonly SemaphoreSlim _turns = new(AtATime);
    private RateBucket _bytes;

    public bool IsIdle(long now) => _turns.CurrentCount == AtATime && _bytes.IsFull(now);

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
}
