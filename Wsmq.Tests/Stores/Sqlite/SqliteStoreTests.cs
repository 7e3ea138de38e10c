using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Sqlite;

namespace Wsmq.Tests.Stores;

/// <summary>The store contract on the embedded store.</summary>
public sealed class SqliteStoreTests : JobContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_refused_message_with_a_delay_leaves_no_address()
    {
        await using var h = await CreateAsync(_ => { });
        var (bob, eve, one) = (WsmqAddress.User("bob"), WsmqAddress.User("eve"), new DelayTerms { Delay = 3_600_000_000, MaxWaiting = 1 });
        await h.AppendAsync(StoreHarness.Message(bob, "ann", "1") with { Delay = one });

        (await h.AppendAsync(StoreHarness.Message(eve, "ann", "2") with { Delay = one })).Single().IsTooManyWaiting.Should().BeTrue();

        (await h.Store.Inspection.FindAsync(eve, default)).Should().BeNull();
    }

    private protected override async Task<StoreHarness> CreateAsync(Action<WsmqOptions> configure)
    {
        var options = new WsmqOptions();
        configure(options);
        return await SqliteHarness.StartAsync(_folder.File("wsmq.db"), options);
    }
}

internal sealed class SqliteHarness(Func<SqliteStore> make) : StoreHarness
{
    private SqliteStore _store = make();

    public override IStore Store => _store;

    public static async Task<SqliteHarness> StartAsync(
        string path, WsmqOptions? options = null, TimeProvider? clock = null, int? maxPages = null, WsmqSqliteOptions? sqlite = null,
        Func<DiskSpace?>? disk = null)
    {
        var harness = new SqliteHarness(() => Make(path, options, clock, maxPages, sqlite, disk));
        await harness._store.StartAsync(default);
        return harness;
    }

    public static SqliteStore Make(
        string path, WsmqOptions? options = null, TimeProvider? clock = null, int? maxPages = null, WsmqSqliteOptions? sqlite = null,
        Func<DiskSpace?>? disk = null)
    {
        sqlite ??= new WsmqSqliteOptions();
        sqlite.Path = path;
        return new SqliteStore(
            Options.Create(options ?? new WsmqOptions()), Options.Create(sqlite), clock ?? TimeProvider.System, NullLogger<SqliteStore>.Instance)
        {
            MaxPages = maxPages, Disk = disk,
        };
    }

    public override async Task RestartAsync()
    {
        await _store.DisposeAsync();
        _store = make();
        await _store.StartAsync(default);
    }

    public override ValueTask DisposeAsync() => _store.DisposeAsync();
}
