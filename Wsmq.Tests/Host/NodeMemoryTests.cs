using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Testing.Memory;
using Xunit.Abstractions;

namespace Wsmq.Tests.HostAndCli;

/// <summary>
/// What one user can make a node keep: every method of the hub with its smallest and its largest arguments, over twice as many
/// connections as a user has by default, of which every other reads what comes back. The host is a process of its own whose whole
/// managed heap, what it has while idle and garbage included, may be no larger than the node may grow: it would end where the bound
/// did not hold.
/// </summary>
public sealed class NodeMemoryTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const long Mebibyte = 1024 * 1024;
    private const long Heap = 128 * Mebibyte;

    // Beside the heap: compiled code, the store's cache, the runtime's own and the C library's memory.
    private const long MostGrowth = Heap + (96 * Mebibyte);
    private const int Connections = 100;
    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(600);

    /// <summary>Those of people would stop the loads before they could do anything.</summary>
    public static string[] LimitsOfServices { get; } =
    [
        "--Wsmq:Options:Limits:ConnectionsPerUser", $"{Connections}", "--Wsmq:Options:Limits:UserConnectsPerMinute", "0",
        "--Wsmq:Options:Limits:SendsPerSecond", "10000", "--Wsmq:Options:Limits:SendBurst", "20000",
        "--Wsmq:Options:Limits:UserSendsPerSecond", "20000", "--Wsmq:Options:Limits:UserSendBurst", "40000",
        "--Wsmq:Options:Limits:UserSendBytesPerMinute", "4294967296", "--Wsmq:Options:Limits:UserSendByteBurst", "268435456",
    ];

    private readonly Tools _tools = new();

    public async Task InitializeAsync()
    {
        _tools.Environment["DOTNET_GCHeapHardLimit"] = $"0x{Heap:x}";

        await _tools.StartHostAsync(LimitsOfServices);
    }

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    /// <summary>Where a user connects with a device.</summary>
    internal static Func<string, string, Uri> HubOf(Tools tools) => (user, device) => new Uri(
        $"{tools.Url.Replace("http", "ws", StringComparison.Ordinal)}?access_token={tools.Token(user)}&device={device}");

    [Fact]
    public async Task A_node_lives_in_a_small_heap_whatever_one_user_sends_and_serves_the_others()
    {
        var walk = new MemoryWalk(_tools.Host.ProcessId, HubOf(_tools));
        await using var witness = new HubConnectionBuilder()
            .WithUrl(_tools.Url, o => o.AccessTokenProvider = () => Task.FromResult<string?>(_tools.Token("witness"))).Build();
        await witness.StartAsync();
        var before = walk.ResidentBytes;

        foreach (var load in MemoryLoads.Of("mallory"))
        {
            var peak = await walk.RunAsync("mallory", load, Connections, reads: i => i % 2 == 0, Time);
            output.WriteLine($"{load.Name,-36} sent {peak.SentBytes / Mebibyte,5} MiB, grew by {(peak.PeakBytes - before) / Mebibyte,4} MiB");
            _tools.Host.HasExited.Should().BeFalse($"{load.Name}: {_tools.Host.Error}");
            (peak.PeakBytes - before).Should().BeLessThan(MostGrowth, load.Name);
            await witness.InvokeAsync<Receipt>("Send", new { to = "user:witness", body = load.Name });
        }
    }
}
