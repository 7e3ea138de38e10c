namespace Wsmq.Server.Stores.Redis.Journals;

/// <summary>The form of heads and blobs, see journal.lua.</summary>
internal static class JournalFormat
{
    /// <summary>What names an entry: the id of the node, the number of the batch, and that of the group.</summary>
    public const int EntryLength = 8 + 12 + NumberLength;

    /// <summary>The same, and the number of an address of the group.</summary>
    public const int LinkLength = EntryLength + NumberLength;

    /// <summary>Where in a state the nodes begin, see active.lua.</summary>
    public const int NodesStart = 77;

    /// <summary>The most addresses of a group.</summary>
    public const int MostAddresses = 9_999;

    /// <summary>B, the entry, and the number of addresses.</summary>
    public const int RecordsStart = 1 + EntryLength + sizeof(int);

    /// <summary>Of each address: place and length of its contents, and the length of its name.</summary>
    public const int RecordLength = sizeof(int) + sizeof(int) + sizeof(ushort);

    public const int NumberLength = 4;
}
