using Wsmq.Testing.Memory;
using Xunit.Abstractions;

namespace Wsmq.Tests.HostAndCli;

/// <summary>
/// The live memory of a node while one user sends every kind of load, over as many connections as a user has by default: the host
/// itself, with the garbage collector's default settings, reports what its full collections leave.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class LiveMemoryTests : IAsyncLifetime
{
    private const long MostAlive = 128 * HostMemoryWalk.Mebibyte;

    // An idle host has some 7 MiB. Kestrel and the array pool release what they hold over minutes.
    private const long MostKept = 32 * HostMemoryWalk.Mebibyte;
    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(300);

    private readonly ITestOutputHelper _output;
    private readonly HostMemoryWalk _walk = new();
    private readonly TempFolder _folder = new();
    private readonly LiveMemory _live;

    public LiveMemoryTests(ITestOutputHelper output) => (_output, _live) = (output, new LiveMemory(_folder.File("live")));

    public Task InitializeAsync() => _walk.StartAsync(_live.Environment);

    public async Task DisposeAsync()
    {
        await _walk.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task No_load_of_one_user_makes_more_than_128_MiB_live_and_the_memory_is_released()
    {
        await _walk.RunAsync(Time, Check, _live);
        _output.WriteLine($"at the end: {_live.Bytes / HostMemoryWalk.Mebibyte} MiB live in the host");
        var kept = await Record.ExceptionAsync(() => Eventually.That("the memory is released", () => _live.Bytes < MostKept));
        kept.Should().BeNull($"{_live.Bytes} bytes live in the host");

        void Check(MemoryPeak grown)
        {
            _output.WriteLine($"{grown.Load,-36} sent {grown.SentBytes / HostMemoryWalk.Mebibyte,5} MiB, of it alive {grown.LiveBytes / HostMemoryWalk.Mebibyte,4} MiB");
            grown.LiveBytes.Should().BeLessThan(MostAlive, grown.Load);
        }
    }
}
