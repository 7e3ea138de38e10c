using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// A pool of connections for reads, separate from the writer: in write-ahead mode a read waits neither for a commit nor for its sync.
/// </summary>
internal sealed class SqliteReaders : IDisposable
{
    private const int Count = 4;

    private readonly Channel<SqliteSession> _idle = Channel.CreateBounded<SqliteSession>(
        new BoundedChannelOptions(Count) { FullMode = BoundedChannelFullMode.Wait, SingleReader = false, SingleWriter = false });

    public SqliteReaders(SqliteConnections connections)
    {
        try
        {
            for (var i = 0; i < Count; i++)
                _idle.Writer.TryWrite(connections.OpenReader());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public async Task<T> RunAsync<T>(Func<SqliteSession, T> operation, CancellationToken cancellationToken)
    {
        var session = await TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return operation(session);
        }
        catch (SqliteException e)
        {
            throw SqliteFailures.Translate(e);
        }
        finally
        {
            // The pool was closed in the meantime: dispose the connection here.
            if (!_idle.Writer.TryWrite(session))
                session.Dispose();
        }
    }

    public void Dispose()
    {
        _idle.Writer.TryComplete();
        while (_idle.Reader.TryRead(out var session))
            session.Dispose();
    }

    private async ValueTask<SqliteSession> TakeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await _idle.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new WsmqException(WsmqErrors.Stopping, innerException: e);
        }
    }
}
