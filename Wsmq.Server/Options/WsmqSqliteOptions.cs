namespace Wsmq;

/// <summary>Options of the embedded SQLite store.</summary>
public sealed class WsmqSqliteOptions
{
    /// <summary>The database file, relative to the content root. A missing folder is created. Default <c>data/wsmq.db</c>.</summary>
    public string Path { get; set; } = System.IO.Path.Combine("data", "wsmq.db");

    /// <summary>
    /// The maximum size of the database file, in bytes. At that size messages are refused with <c>store-full</c> until others are removed.
    /// Default null: limited by the disk; 1 MiB to 1 PiB. <see cref="WsmqLimitOptions.UserStorePercent"/> is a percentage of this size; if
    /// it is null, of the size of the file plus the free disk space when the node started.
    /// </summary>
    public long? MaxBytes { get; set; }

    /// <summary>
    /// The disk space to leave free, in bytes, and at most a tenth of the disk. Messages are refused with <c>store-full</c> before less is
    /// free, so that acks and removals still succeed. Default 256 MiB; 0 to 1 TiB.
    /// </summary>
    public long ReserveBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>Whether receipted messages survive a power loss. Default <see cref="WsmqSqliteDurability.Full"/>.</summary>
    public WsmqSqliteDurability Durability { get; set; } = WsmqSqliteDurability.Full;
}

/// <summary>SQLite's <c>synchronous</c> setting, in write-ahead mode.</summary>
public enum WsmqSqliteDurability
{
    /// <summary>Every group commit is synced to disk: a receipted message survives a power loss.</summary>
    Full = 0,

    /// <summary>Synced only at checkpoints: a receipted message survives a killed process, but may be lost on a power loss.</summary>
    Normal = 1,
}
