using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// The only writer to the database: a dedicated thread, because a commit blocks on the disk. Commands that arrive during a commit share the
/// next one, so that many callers share the cost of one sync. A command's exception goes to its caller. Any other exception, such as out of
/// memory, ends the process, as on any thread: without its writer, a node would let all callers wait indefinitely.
/// </summary>
internal sealed class SqliteWriter
{
    private const int Capacity = 1024;
    private const int LargestGroup = 256;

    private readonly Channel<WriteCommand> _queue = Channel.CreateBounded<WriteCommand>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true, SingleWriter = false });

    private readonly SqliteSession _session;
    private readonly SqliteFailureLog _failures;
    private readonly Action _doubted;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly WsmqSqliteDurability _durability;
    private WsmqSqliteDurability _current;

    /// <param name="session">The connection; the writer disposes it.</param>
    /// <param name="durability">What a commit waits for.</param>
    /// <param name="doubted">Called when a transaction failed because the database could not be used; must not block.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">The log.</param>
    public SqliteWriter(SqliteSession session, WsmqSqliteDurability durability, Action doubted, TimeProvider clock, ILogger logger)
    {
        _session = session;
        _doubted = doubted;
        _durability = _current = durability;
        _failures = new SqliteFailureLog(clock, logger);
        _logger = logger;
        new Thread(Loop) { IsBackground = true, Name = "wsmq SQLite writer" }.Start();
    }

    public bool IsRunning => !_ended.Task.IsCompleted;

    /// <summary>Runs an operation in a transaction; <paramref name="committed"/> runs on the writer's thread, in the order of the commits.</summary>
    public Task<T> RunAsync<T>(Func<SqliteSession, T> operation, Action<T>? committed, bool expendable, CancellationToken cancellationToken) =>
        RunAsync(new WriteOperation<T>(operation, committed, expendable, cancellationToken));

    /// <summary>Runs a command in a transaction.</summary>
    public Task<T> RunAsync<T>(WriteCommand<T> command)
    {
        if (command.IsAbandoned)
            return Task.FromCanceled<T>(command.CancellationToken);

        // Without a state machine in the usual case: there is room, and the caller cannot cancel.
        return _queue.Writer.TryWrite(command) ? command.Completion.WaitAsync(command.CancellationToken) : WaitForRoomAsync(command);
    }

    /// <summary>Refuses new commands, executes the queued ones, and closes the connection.</summary>
    public async Task StopAsync()
    {
        _queue.Writer.TryComplete();
        await _ended.Task.ConfigureAwait(false);
        Checkpoint();
        _session.Dispose();
    }

    private async Task<T> WaitForRoomAsync<T>(WriteCommand<T> command)
    {
        try
        {
            await _queue.Writer.WriteAsync(command, command.CancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new WsmqException(WsmqErrors.Stopping, innerException: e);
        }

        return await command.Completion.WaitAsync(command.CancellationToken).ConfigureAwait(false);
    }

    private void Loop()
    {
        var group = new List<WriteCommand>(LargestGroup);
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (group.Count < LargestGroup && _queue.Reader.TryRead(out var command))
                Take(command, group);
            Execute(group);
            group.Clear();
        }

        _ended.SetResult();
    }

    private static void Take(WriteCommand command, List<WriteCommand> group)
    {
        if (command.IsAbandoned)
            command.Cancel();
        else
            group.Add(command);
    }

    private void Execute(List<WriteCommand> group)
    {
        if (group.Count == 0)
            return;
        if (TryCommit(group, out var begun) is not { } failure)
            group.ForEach(c => c.Succeed());
        else if (!begun || group.Count == 1)
            // Not caused by a command, for example a lock: retried one by one, each command would wait for it again, one after another.
            group.ForEach(c => c.Fail(SqliteFailures.Translate(failure)));
        else
            // One command's failure must not fail the others: run each in its own transaction.
            group.ForEach(c => Execute([c]));
    }

    private Exception? TryCommit(List<WriteCommand> group, out bool begun)
    {
        begun = false;
        try
        {
            Use(group.TrueForAll(c => c.IsExpendable) ? WsmqSqliteDurability.Normal : _durability);
            _session.Run("BEGIN IMMEDIATE");
            begun = true;
            foreach (var command in group)
                command.Run(_session);
            _session.Run("COMMIT");
            return null;
        }
        catch (Exception e)
        {
            _failures.Add(e);
            if (SqliteFailures.Translate(e) is WsmqException { Error: var error } && error == WsmqErrors.StoreUnavailable)
                _doubted();
            RollBack();
            return e;
        }
    }

    private void Use(WsmqSqliteDurability durability)
    {
        if (_current == durability)
            return;
        SqliteConnections.Use(_session, durability);
        _current = durability;
    }

    private void RollBack()
    {
        _session.CountRollback();
        try
        {
            if (_session.InTransaction)
                _session.Run("ROLLBACK");
        }
        catch (Microsoft.Data.Sqlite.SqliteException e)
        {
            // The next BEGIN then fails as well, and its callers receive the error.
            Log.SqliteRollbackFailed(_logger, e);
        }
    }

    private void Checkpoint()
    {
        try
        {
            _session.One("PRAGMA wal_checkpoint(TRUNCATE)", r => r.GetInt32(0));
        }
        catch (Microsoft.Data.Sqlite.SqliteException e)
        {
            // Nothing is lost: the next start reads the write-ahead file.
            Log.SqliteCheckpointFailed(_logger, e);
        }
    }
}
