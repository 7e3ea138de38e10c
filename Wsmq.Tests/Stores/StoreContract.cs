using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

/// <summary>
/// The contract of every store (see <see cref="IMessageLog"/>, <see cref="IMembershipStore"/> and <see cref="ISignals"/>); one
/// derived class for each store. A store's clock may be its server's, so the durations here are real and short.
/// </summary>
public abstract partial class StoreContract
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private static readonly WsmqAddress Team = WsmqAddress.Group("team");

    /// <summary>A started, empty store.</summary>
    private protected abstract Task<StoreHarness> CreateAsync(Action<WsmqOptions> configure);

    private protected Task<StoreHarness> CreateAsync() => CreateAsync(_ => { });

    private static async Task ShouldRefuseAsync(Func<Task> call, WsmqError error) =>
        (await call.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(error);

    /// <summary>Asserts that each entry names its predecessor, the first one the given position.</summary>
    private static void ShouldBeChained(IReadOnlyList<LogEntry> entries, WsmqPosition before)
    {
        foreach (var entry in entries)
        {
            entry.Previous.Should().Be(before);
            entry.Position.Should().BeGreaterThan(before);
            before = entry.Position;
        }
    }
}
