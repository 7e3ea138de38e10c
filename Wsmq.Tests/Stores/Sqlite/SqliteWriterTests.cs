using Microsoft.Extensions.Logging.Abstractions;
using Wsmq.Server.Stores.Sqlite;

namespace Wsmq.Tests.Stores;

/// <summary>The group commit of the embedded store.</summary>
public sealed class SqliteWriterTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private SqliteSession? _reader;
    private SqliteWriter? _writer;

    private SqliteWriter Writer => _writer!;

    public Task InitializeAsync()
    {
        var connections = new SqliteConnections(_folder.File("w.db"), WsmqSqliteDurability.Full);
        var session = connections.OpenWriter(null);
        session.Run("CREATE TABLE t (x INTEGER PRIMARY KEY)");
        _writer = new SqliteWriter(session, WsmqSqliteDurability.Full, () => { }, TimeProvider.System, NullLogger.Instance);
        _reader = connections.OpenReader();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (_writer is not null)
            await _writer.StopAsync();
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_failed_command_does_not_fail_the_others_in_its_group_commit()
    {
        using var held = new ManualResetEventSlim();
        var first = Writer.RunAsync(_ => { held.Wait(); return 0; }, null, false, default);
        var good = Insert(1);
        var bad = Writer.RunAsync<int>(s => { s.Run("INSERT INTO t VALUES (2)"); throw new InvalidOperationException("on purpose"); }, null, false, default);
        var clash = Insert(1);
        var last = Insert(3);
        held.Set();
        await first;
        await good;
        await last;
        await bad.Awaiting(b => b).Should().ThrowAsync<InvalidOperationException>();
        (await clash.Awaiting(c => c).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.StoreUnavailable);
        Rows().Should().Equal(1, 3);
    }

    [Fact]
    public async Task A_command_cancelled_before_its_turn_is_not_run()
    {
        using var held = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        using var gone = new CancellationTokenSource();
        var first = Writer.RunAsync(_ => { started.Set(); held.Wait(); return 0; }, null, false, default);
        // Otherwise one group might take both, and the second's turn would have begun.
        started.Wait();
        var second = Writer.RunAsync(s => s.Run("INSERT INTO t VALUES (1)"), null, false, gone.Token);
        await gone.CancelAsync();
        await second.Awaiting(s => s).Should().ThrowAsync<OperationCanceledException>("it does not wait for its turn");
        held.Set();
        await first;
        await Insert(2);
        Rows().Should().Equal(2);
    }

    [Fact]
    public async Task A_callback_after_the_commit_sees_its_write_and_callbacks_keep_the_order()
    {
        var seen = new List<(int, int)>();
        var runs = Enumerable.Range(1, 50)
            .Select(i => Writer.RunAsync(s => s.Run("INSERT INTO t VALUES ($i)", i), _ => seen.Add((i, Rows().Count)), false, default)).ToArray();
        await Task.WhenAll(runs);
        seen.Select(s => s.Item1).Should().Equal(Enumerable.Range(1, 50));
        seen.Should().OnlyContain(s => s.Item2 >= s.Item1);
    }

    [Fact]
    public async Task Only_expendable_writes_do_not_wait_for_the_disk()
    {
        var settings = new List<long>();
        foreach (var expendable in new[] { false, true, false, true, true, false })
        {
            // For a cached statement SQLite would return the setting at the time of its compilation.
            var setting = await Writer.RunAsync(s => s.One($"PRAGMA synchronous -- {settings.Count}", r => r.GetInt64(0)), null, expendable, default);
            settings.Add(setting);
        }

        const long Normal = 1;
        const long Full = 2;
        settings.Should().Equal(Full, Normal, Full, Normal, Normal, Full);
    }

    private Task<int> Insert(int x) => Writer.RunAsync(s => s.Run("INSERT INTO t VALUES ($x)", x), null, false, default);

    private List<long> Rows() => _reader!.All("SELECT x FROM t ORDER BY x", r => r.GetInt64(0));
}
