using Wsmq.Faults.Nodes;
using Wsmq.Testing;

namespace Wsmq.Faults.Stores;

/// <summary>One node with the embedded store, on a small disk of its own if the system allows that.</summary>
internal sealed class SqliteFile(string folder, Timings timings) : Deployment(folder, timings)
{
    public override string Name => StoreName.Sqlite;

    public override IReadOnlyList<TcpProxy> Lines => [];

    /// <summary>Null if this user may not mount.</summary>
    public SmallDisk? Disk { get; private set; }

    /// <summary>The path of the database, as seen by this process.</summary>
    public string Database { get; private set; } = "";

    public override async Task StartAsync(int nodes)
    {
        var mount = Directory.CreateDirectory(Path.Combine(Folder, "disk")).FullName;
        Disk = await SmallDisk.TryMountAsync(mount);
        var file = Path.Combine(mount, "wsmq.db");
        Database = Disk?.Outside(file) ?? file;
        await StartNodesAsync([new NodeSettings(null, file, Timings)], Disk?.Prefix ?? []);
    }

    protected override async ValueTask DisposeStoreAsync()
    {
        if (Disk is not null)
            await Disk.DisposeAsync();
    }
}
