namespace Wsmq.Server.Budgets;

/// <summary>A connection that wants to parse what it has read.</summary>
/// <param name="connection">The connection; it waits for nothing else meanwhile.</param>
/// <param name="bytes">What it may become.</param>
/// <param name="held">What the connection has paid already for a part of it.</param>
/// <param name="isSmall">Acks and pings: they have a reserve, so that connections live on while others of their user use everything up.</param>
internal sealed class BudgetWait(ConnectionBudget connection, long bytes, long held, bool isSmall)
    : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public ConnectionBudget Connection => connection;

    public long Held => held;

    public long More => bytes - held;

    public bool IsSmall => isSmall;
}
