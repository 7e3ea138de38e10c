namespace Wsmq.Server.Budgets;

/// <summary>
/// The budget charge of one parsed argument or stream item. It is returned exactly once: by the call or stream that claimed it, or by
/// the connection, when no call or stream can claim it any more.
/// </summary>
/// <param name="budget">The budget that was charged.</param>
/// <param name="bytes">The charge, in bytes.</param>
/// <param name="stream">The number of the newest stream when the item was parsed: no earlier stream can claim it.</param>
internal sealed class ParsedBytes(ConnectionBudget budget, long bytes, long stream)
{
    private int _isReturned;

    public long Stream => stream;

    /// <summary>Makes the caller responsible for returning the charge.</summary>
    public void Claim() => budget.Claim(this);

    public void Return()
    {
        if (Interlocked.Exchange(ref _isReturned, 1) == 0)
            budget.Return(bytes);
    }
}
