using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Testing.Memory;
using Xunit.Abstractions;

namespace Wsmq.Tests.HostAndCli;

/// <summary>
/// What lives in a node while one user sends whatever there is to send: every method of the hub with its smallest and its largest
/// arguments, over as many connections as a user has by default, of which every other reads what comes back. The host is a
/// process of its own with the collector as it comes, and says itself what its full collections leave.
/// </summary>
public sealed class LiveMemoryTests : IAsyncLifetime
{
    private const long Mebibyte = 1024 * 1024;
    private const long MostAlive = 128 * Mebibyte;
    private const int Connections = 50;
    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(300);

    private readonly ITestOutputHelper _output;
    private readonly Tools _tools = new();
    private readonly TempFolder _folder = new();
    private readonly LiveMemory _live;

    public LiveMemoryTests(ITestOutputHelper output) => (_output, _live) = (output, new LiveMemory(_folder.File("live")));

    public async Task InitializeAsync()
    {
        foreach (var (name, value) in _live.Environment)
            _tools.Environment[name] = value;
        await _tools.StartHostAsync(NodeMemoryTests.LimitsOfServices);
    }

    public async Task DisposeAsync()
    {
        await _tools.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task No_load_of_one_user_makes_more_than_128_MiB_live()
    {
        var walk = new MemoryWalk(_tools.Host.ProcessId, NodeMemoryTests.HubOf(_tools), _live);
        await using var witness = new HubConnectionBuilder()
            .WithUrl(_tools.Url, o => o.AccessTokenProvider = () => Task.FromResult<string?>(_tools.Token("witness"))).Build();
        await witness.StartAsync();
        await Eventually.That("the host says what lives in it", () => _live.Bytes > 0);
        var before = _live.Bytes;

        foreach (var load in MemoryLoads.Of("mallory"))
        {
            var peak = await walk.RunAsync("mallory", load, Connections, reads: i => i % 2 == 0, Time);
            _output.WriteLine($"{load.Name,-36} sent {peak.SentBytes / Mebibyte,5} MiB, of it alive {(peak.LiveBytes - before) / Mebibyte,4} MiB");
            (peak.LiveBytes - before).Should().BeLessThan(MostAlive, load.Name);
            await witness.InvokeAsync<Receipt>("Send", new { to = "user:witness", body = load.Name });
        }

        _output.WriteLine($"at the end {(_live.Bytes - before) / Mebibyte} MiB more than before");
    }
}
