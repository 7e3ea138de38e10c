namespace Wsmq.Server.Budgets;

/// <summary>A connection's request for budget, to parse the bytes that it has read.</summary>
/// <param name="connection">The connection; it has at most one wait at a time.</param>
/// <param name="bytes">The estimated memory that parsing takes, in bytes.</param>
/// <param name="held">The bytes that the connection has already been charged for a part of the same frame.</param>
/// <param name="isSmall">
/// Whether the read is small, such as acks and pings. Small reads have a reserve, so that connections stay alive while other connections
/// of the same user exhaust the budget.
/// </param>
internal sealed class BudgetWait(ConnectionBudget connection, long bytes, long held, bool isSmall)
{
    // Most requests are granted at once, and nothing waits.
    private TaskCompletionSource<bool>? _granted;

    public ConnectionBudget Connection => connection;

    public long Held => held;

    public long More => bytes - held;

    public bool IsSmall => isSmall;

    /// <summary>Waits until the request is granted, or cancelled. Call it once, with the lock of the user.</summary>
    public Task<bool> WaitAsync() => (_granted = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Ends the wait. Call it after <see cref="WaitAsync"/>, with the lock of the user.</summary>
    public void End(bool granted) => _granted!.TrySetResult(granted);
}
