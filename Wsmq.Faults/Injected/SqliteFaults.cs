using Microsoft.Data.Sqlite;
using Wsmq.Faults.Stores;
using Wsmq.Testing;

namespace Wsmq.Faults.Injected;

/// <summary>Another program holds an exclusive lock on the database, like a backup tool that hangs.</summary>
internal sealed class SqliteLocked() : Fault("sqlite-locked", StoreName.Sqlite)
{
    public override string Takes => Hold.Store;

    public override async Task RunAsync(FaultContext context)
    {
        var file = ((SqliteFile)context.Deployment).Database;
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        await connection.OpenAsync(context.Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        await command.ExecuteNonQueryAsync(context.Stop);
        await context.LastAsync();
        command.CommandText = "ROLLBACK";
        await command.ExecuteNonQueryAsync(context.Stop);
    }
}

/// <summary>Fills the disk to the last byte, and frees it later.</summary>
internal sealed class DiskFull() : Fault("disk-full", StoreName.Sqlite)
{
    public override string Takes => Hold.Store;

    public override async Task RunAsync(FaultContext context)
    {
        var store = (SqliteFile)context.Deployment;
        if (store.Disk is null)
            throw new RunFailedException(SmallDisk.Missing);
        var ballast = Path.Combine(Path.GetDirectoryName(store.Database)!, "ballast");
        try
        {
            Fill(ballast);
            context.Note($"{new FileInfo(ballast).Length / 1024} KiB filled");
            await context.LastAsync();
        }
        finally
        {
            File.Delete(ballast);
        }
    }

    private static void Fill(string ballast)
    {
        var block = new byte[64 * 1024];
        try
        {
            using var file = new FileStream(ballast, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // No space left, as intended.
        }
    }
}
