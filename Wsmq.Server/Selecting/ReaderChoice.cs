namespace Wsmq.Server.Selecting;

/// <summary>What a connection has chosen to get of a source.</summary>
/// <param name="Filter">Selects the entries that it gets; null for all.</param>
/// <param name="IsPaused">Whether it gets nothing for now.</param>
internal sealed record ReaderChoice(EntryFilter? Filter, bool IsPaused)
{
    public static ReaderChoice Everything { get; } = new(null, false);
}
