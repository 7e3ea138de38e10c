namespace Wsmq.Server.Stores.Sqlite;

/// <summary>An operation in a transaction of the writer. It may be run again after a rollback.</summary>
internal abstract class WriteCommand
{
    /// <summary>
    /// True if its loss in a power failure does no harm, such as an ack, whose message would only be delivered again. A transaction of
    /// only such commands does not wait for the disk.
    /// </summary>
    public abstract bool IsExpendable { get; }

    /// <summary>True if the caller has cancelled it. Checked before it is started.</summary>
    public abstract bool IsAbandoned { get; }

    public abstract void Run(SqliteSession session);

    /// <summary>The transaction is committed.</summary>
    public abstract void Succeed();

    public abstract void Fail(Exception exception);

    public abstract void Cancel();
}

internal sealed class WriteCommand<T>(
    Func<SqliteSession, T> operation, Action<T>? committed, bool expendable, CancellationToken cancellationToken)
    : WriteCommand
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    public Task<T> Completion => _completion.Task;

    public override bool IsExpendable => expendable;

    public override bool IsAbandoned => cancellationToken.IsCancellationRequested;

    public override void Run(SqliteSession session) => _result = operation(session);

    public override void Succeed()
    {
        committed?.Invoke(_result!);
        _completion.SetResult(_result!);
    }

    public override void Fail(Exception exception) => _completion.SetException(exception);

    public override void Cancel() => _completion.SetCanceled(cancellationToken);
}
