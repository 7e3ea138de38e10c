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

internal abstract class WriteCommand<T>(bool expendable, CancellationToken cancellationToken) : WriteCommand
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    public Task<T> Completion => _completion.Task;

    public CancellationToken CancellationToken => cancellationToken;

    public override bool IsExpendable => expendable;

    public override bool IsAbandoned => cancellationToken.IsCancellationRequested;

    public override void Run(SqliteSession session) => _result = Execute(session);

    public override void Succeed()
    {
        OnCommitted(_result!);
        _completion.SetResult(_result!);
    }

    public override void Fail(Exception exception) => _completion.SetException(exception);

    public override void Cancel() => _completion.SetCanceled(cancellationToken);

    protected abstract T Execute(SqliteSession session);

    /// <summary>Runs on the thread of the writer, in the order of the commits.</summary>
    protected virtual void OnCommitted(T result)
    {
    }
}

/// <summary>A command that needs no class of its own.</summary>
internal sealed class WriteOperation<T>(
    Func<SqliteSession, T> operation, Action<T>? committed, bool expendable, CancellationToken cancellationToken)
    : WriteCommand<T>(expendable, cancellationToken)
{
    protected override T Execute(SqliteSession session) => operation(session);

    protected override void OnCommitted(T result) => committed?.Invoke(result);
}
