using Wsmq.Testing.Memory;
using Xunit.Abstractions;

namespace Wsmq.Tests.HostAndCli;

/// <summary>
/// What one user can make a node keep, over as many connections as a user has by default. The host's whole managed heap, what
/// it has while idle and garbage included, may be no larger than the node may grow: it would end where the bound did not hold.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class NodeMemoryTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const long Heap = 128 * HostMemoryWalk.Mebibyte;

    // Beside the heap: compiled code, the store's cache, the runtime's own and the C library's memory.
    private const long MostGrowth = Heap + (96 * HostMemoryWalk.Mebibyte);
    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(600);

    private readonly HostMemoryWalk _walk = new();

    public Task InitializeAsync() => _walk.StartAsync([new("DOTNET_GCHeapHardLimit", $"0x{Heap:x}")]);

    public async Task DisposeAsync() => await _walk.DisposeAsync();

    [Fact]
    public Task A_node_lives_in_a_small_heap_whatever_one_user_sends_and_serves_the_others() =>
        _walk.RunAsync(Time, grown =>
        {
            output.WriteLine($"{grown.Load,-36} sent {grown.SentBytes / HostMemoryWalk.Mebibyte,5} MiB, grew by {grown.PeakBytes / HostMemoryWalk.Mebibyte,4} MiB");
            _walk.Host.HasExited.Should().BeFalse($"{grown.Load}: {_walk.Host.Error}");
            grown.PeakBytes.Should().BeLessThan(MostGrowth, grown.Load);
        });
}
