namespace Wsmq.Server.Stores.Redis.Journals;

/// <summary>The form of a blob, see journal.lua.</summary>
internal static class JournalFormat
{
    /// <summary>The id of the node, the number of the batch, and that of the group.</summary>
    public const int LinkLength = 8 + NumberLength + GroupLength;

    /// <summary>B, the link, and the length of the table.</summary>
    public const int TableStart = 1 + LinkLength + sizeof(int);

    /// <summary>After the name of an address in the table: place and length of its contents, and its number.</summary>
    public const int PlaceLength = sizeof(int) + sizeof(int) + sizeof(ushort);

    private const int NumberLength = 12;
    private const int GroupLength = 4;
}
