using Wsmq.Testing.Memory;
using Xunit.Abstractions;

namespace Wsmq.Tests.HostAndCli;

/// <summary>
/// How much memory one user can make a node hold, over as many connections as a user has by default. The limit of the host's whole
/// managed heap, idle memory and garbage included, is the permitted growth: the host would crash where the bound did not hold.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class NodeMemoryTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const long Heap = 128 * HostMemoryWalk.Mebibyte;

    // In addition to the heap: compiled code, the store's cache, the memory of the runtime and of the C library.
    private const long MostGrowth = Heap + (96 * HostMemoryWalk.Mebibyte);
    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(600);

    private readonly HostMemoryWalk _walk = new();

    public Task InitializeAsync() => _walk.StartAsync([new("DOTNET_GCHeapHardLimit", $"0x{Heap:x}")]);

    public async Task DisposeAsync() => await _walk.DisposeAsync();

    [Fact]
    public Task A_node_stays_within_a_small_heap_whatever_one_user_sends_and_serves_other_users() =>
        _walk.RunAsync(Time, grown =>
        {
            output.WriteLine($"{grown.Load,-36} sent {grown.SentBytes / HostMemoryWalk.Mebibyte,5} MiB, grew by {grown.PeakBytes / HostMemoryWalk.Mebibyte,4} MiB");
            _walk.Host.HasExited.Should().BeFalse($"{grown.Load}: {_walk.Host.Error}");
            grown.PeakBytes.Should().BeLessThan(MostGrowth, grown.Load);
        });
}
