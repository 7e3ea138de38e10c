namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>Logs of a batch whose messages go into one entry of the journal.</summary>
/// <param name="Readers">The mode and the nodes that their states should have.</param>
/// <param name="First">The first log.</param>
/// <param name="Count">The number of logs, neighbours of each other.</param>
/// <param name="Bytes">The length of the blob.</param>
internal readonly record struct JournalGroup(string Readers, int First, int Count, int Bytes)
{
    // A blob is one message on a channel, and one value in Redis.
    private const int MostBytes = 256 * 1024;

    /// <summary>Puts the logs that can go into a journal first. Returns their groups.</summary>
    /// <param name="logs">The logs of the batch.</param>
    /// <param name="largest">The largest message that may go into a journal, in bytes.</param>
    public static List<JournalGroup> Arrange(LogGroups logs, int largest)
    {
        logs.ChooseForJournal(largest);
        var groups = new List<JournalGroup>();
        for (var first = 0; first < logs.Count && logs.Readers(first) is { } readers;)
        {
            var (count, bytes) = (0, 0);
            while (first + count < logs.Count && logs.Readers(first + count) == readers && (count == 0 || bytes + logs.BytesOf(first + count) <= MostBytes))
                bytes += logs.BytesOf(first + count++);
            groups.Add(new JournalGroup(readers, first, count, JournalBlob.LengthOf(logs, first, count)));
            first += count;
        }

        return groups;
    }
}
