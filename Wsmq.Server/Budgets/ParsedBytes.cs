namespace Wsmq.Server.Budgets;

/// <summary>
/// What one parsed argument or item takes. It is returned once, by whichever comes first: the call or stream that took it, or the
/// connection, where nobody will take it any more.
/// </summary>
/// <param name="budget">Whose it is.</param>
/// <param name="bytes">How much it takes.</param>
/// <param name="stream">The last stream that had begun when it was parsed: no earlier one can take it.</param>
internal sealed class ParsedBytes(ConnectionBudget budget, long bytes, long stream)
{
    private int _isReturned;

    public long Stream => stream;

    /// <summary>From now on it is returned by the caller.</summary>
    public void Claim() => budget.Claim(this);

    public void Return()
    {
        if (Interlocked.Exchange(ref _isReturned, 1) == 0)
            budget.Return(bytes);
    }
}
