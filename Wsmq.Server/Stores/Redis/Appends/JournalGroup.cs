namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>Logs of a batch whose messages go into one entry of the journal.</summary>
/// <param name="Readers">The mode and the nodes that their states should have.</param>
/// <param name="First">The first log.</param>
/// <param name="Count">The number of logs, neighbours of each other.</param>
/// <param name="Bytes">The length of the blob.</param>
internal readonly record struct JournalGroup(string Readers, int First, int Count, int Bytes);
