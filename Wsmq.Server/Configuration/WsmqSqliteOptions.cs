namespace Wsmq;

/// <summary>The embedded store.</summary>
public sealed class WsmqSqliteOptions
{
    /// <summary>The database file, relative to the content root; its folder is made where it is missing. Default <c>data/wsmq.db</c>.</summary>
    public string Path { get; set; } = System.IO.Path.Combine("data", "wsmq.db");

    /// <summary>
    /// The most that the file may take, in bytes: then messages are refused with <c>store-full</c> until others are removed. Default:
    /// what the disk has; 1 MiB to 1 PiB. <see cref="WsmqLimitOptions.UserStorePercent"/> is a part of it, or else of what the file has and
    /// the disk had free at the node's start.
    /// </summary>
    public long? MaxBytes { get; set; }

    /// <summary>
    /// What is left free on the disk, in bytes, and no more than a tenth of it: before that messages are refused with
    /// <c>store-full</c>, so that acknowledging and removing go on. Default 256 MiB; 0 to 1 TiB.
    /// </summary>
    public long ReserveBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>What a receipt is worth when the machine loses power. Default <see cref="WsmqSqliteDurability.Full"/>.</summary>
    public WsmqSqliteDurability Durability { get; set; } = WsmqSqliteDurability.Full;
}

/// <summary>SQLite's <c>synchronous</c> setting, in write-ahead mode.</summary>
public enum WsmqSqliteDurability
{
    /// <summary>Each group commit is synced to the disk: a receipted message survives a power cut.</summary>
    Full = 0,

    /// <summary>Synced at checkpoints only: a receipted message survives a killed process, but perhaps not a power cut.</summary>
    Normal = 1,
}
