using Wsmq.Testing.Memory;
using Xunit.Abstractions;

namespace Wsmq.Tests.HostAndCli;

/// <summary>
/// What lives in a node while one user sends whatever there is to send, over as many connections as a user has by default: the host,
/// with the collector as it comes, says itself what its full collections leave.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class LiveMemoryTests : IAsyncLifetime
{
    private const long MostAlive = 128 * HostMemoryWalk.Mebibyte;

    // An idle host has some 7 MiB. Kestrel and the array pool give back what they keep over minutes.
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
    public async Task No_load_of_one_user_makes_more_than_128_MiB_live_and_it_is_given_back()
    {
        await _walk.RunAsync(Time, Check, _live);
        _output.WriteLine($"at the end {_live.Bytes / HostMemoryWalk.Mebibyte} MiB live in the host");
        var kept = await Record.ExceptionAsync(() => Eventually.That("it is given back", () => _live.Bytes < MostKept));
        kept.Should().BeNull($"{_live.Bytes} bytes live in the host");

        void Check(MemoryPeak grown)
        {
            _output.WriteLine($"{grown.Load,-36} sent {grown.SentBytes / HostMemoryWalk.Mebibyte,5} MiB, of it alive {grown.LiveBytes / HostMemoryWalk.Mebibyte,4} MiB");
            grown.LiveBytes.Should().BeLessThan(MostAlive, grown.Load);
        }
    }
}
