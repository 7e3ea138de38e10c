using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Wsmq.Tests.Support.LongFirst", "Wsmq.Tests")]

namespace Wsmq.Tests.Support;

/// <summary>
/// Starts the classes that wait for long, for timeouts and failovers, before all others: begun last, they would run alone at the end.
/// </summary>
public sealed class LongFirst : ITestCollectionOrderer
{
    // The longest first.
    private static readonly string[] Classes =
    [
        "KilledPrimaryReturnTests", "SentinelFailoverTests", "PausedPrimaryReturnTests", "CliFirstHourTests", "CliTests", "ShortMixtureTests",
        "LimitTests", "DrainTests", "OutageLogTests", "StoreStateTests", "DeadLineTests", "SentinelReceiptTests", "SlowLineTests",
        "LaggingReplicaTests", "OlderSnapshotTests", "SqliteAppWorkerTests", "RedisAppWorkerTests",
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => PlaceOf(collection.DisplayName));

    private static int PlaceOf(string name)
    {
        var place = Array.FindIndex(Classes, c => name.EndsWith("." + c, StringComparison.Ordinal));
        return place < 0 ? Classes.Length : place;
    }
}
