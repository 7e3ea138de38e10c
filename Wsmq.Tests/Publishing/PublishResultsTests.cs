using Wsmq.Server.Publishing;

namespace Wsmq.Tests.Publishing;

/// <summary>The results of many sends, collected by lanes for one reader.</summary>
public sealed class PublishResultsTests
{
    [Fact]
    public async Task Each_result_is_read_once_however_additions_and_wake_ups_fall()
    {
        const int Count = 300_000;
        var results = new PublishResults();
        var adding = Task.Run(() =>
        {
            for (var number = 0; number < Count; number++)
            {
                results.Begin();
                results.Add(new WsmqItemResult { Number = number });

                // More wake-ups than results: the reader often finds nothing, while the next one is added.
                results.Flush();
                results.Flush();
            }

            results.Complete();
        });

        var next = 0L;
        await foreach (var some in results.ReadAsync(CancellationToken.None))
            Array.ForEach(some, result => result.Number.Should().Be(next++));
        await adding;
        next.Should().Be(Count);
    }
}
