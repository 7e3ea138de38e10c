namespace Wsmq;

/// <summary>The embedded store.</summary>
public sealed class WsmqSqliteOptions
{
    /// <summary>The database file, relative to the content root; its folder is made where it is missing. Default <c>data/wsmq.db</c>.</summary>
    public string Path { get; set; } = System.IO.Path.Combine("data", "wsmq.db");

    /// <summary>What a receipt is worth when the machine loses power. Default <see cref="SqliteDurability.Full"/>.</summary>
    public SqliteDurability Durability { get; set; } = SqliteDurability.Full;
}

/// <summary>SQLite's <c>synchronous</c> setting, in write-ahead mode.</summary>
public enum SqliteDurability
{
    /// <summary>Each group commit is synced to the disk: a receipted message survives a power cut.</summary>
    Full = 0,

    /// <summary>Synced at checkpoints only: a receipted message survives a killed process, but perhaps not a power cut.</summary>
    Normal = 1,
}
