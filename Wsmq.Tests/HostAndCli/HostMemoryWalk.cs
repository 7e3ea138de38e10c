using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Testing.Memory;

namespace Wsmq.Tests.HostAndCli;

/// <summary>
/// A host in a process of its own, to which one user sends every kind of load: every method of the hub with its smallest and its
/// largest arguments, over many connections, of which every other one reads the responses. After each load another user is served.
/// </summary>
internal sealed class HostMemoryWalk : IAsyncDisposable
{
    public const long Mebibyte = 1024 * 1024;

    /// <summary>The default limit of connections for one user.</summary>
    public const int Connections = 50;

    private readonly Tools _tools = new();

    public ToolProcess Host => _tools.Host;

    /// <param name="environment">Environment variables of the host, in addition to its settings.</param>
    public Task StartAsync(IEnumerable<KeyValuePair<string, string>> environment)
    {
        foreach (var (name, value) in environment)
            _tools.Environment[name] = value;

        // The limits of services: those of users would stop the loads before they could take effect.
        return _tools.StartHostAsync(
            "--Wsmq:Options:Limits:ConnectionsPerUser", $"{Connections}", "--Wsmq:Options:Limits:UserConnectsPerMinute", "0",
            "--Wsmq:Options:Limits:ConnectionSendsPerSecond", "10000", "--Wsmq:Options:Limits:ConnectionSendBurst", "20000",
            "--Wsmq:Options:Limits:UserSendsPerSecond", "20000", "--Wsmq:Options:Limits:UserSendBurst", "40000",
            "--Wsmq:Options:Limits:UserSendBytesPerMinute", "4294967296", "--Wsmq:Options:Limits:UserSendByteBurst", "268435456");
    }

    /// <param name="time">How long each load is sent.</param>
    /// <param name="check">Called after each load, with the bytes by which the host has grown since before the first one.</param>
    /// <param name="live">Reports how many bytes are live in the host; null where only its process is measured.</param>
    public async Task RunAsync(TimeSpan time, Action<MemoryPeak> check, LiveMemory? live = null)
    {
        var hub = _tools.Url.Replace("http", "ws", StringComparison.Ordinal);
        var walk = new MemoryWalk(Host.ProcessId, (user, device) => new Uri($"{hub}?access_token={_tools.Token(user)}&device={device}"), live);
        await using var witness = new HubConnectionBuilder()
            .WithUrl(_tools.Url, o => o.AccessTokenProvider = () => Task.FromResult<string?>(_tools.Token("witness"))).Build();
        await witness.StartAsync();
        if (live is not null)
            await Eventually.That("the host reports its live bytes", () => live.Bytes > 0);
        var (resident, living) = (walk.ResidentBytes, live?.Bytes ?? 0);
        foreach (var load in MemoryLoads.Of("mallory"))
        {
            MemoryPeak peak;
            try
            {
                peak = await walk.RunAsync("mallory", load, Connections, reads: i => i % 2 == 0, time);
                await witness.InvokeAsync<WsmqReceipt>("Send", new { to = "user:witness", body = load.Name });
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"{load.Name}: the host {(Host.HasExited ? "has ended" : "does not serve another user")}. It said: {string.Join('\n', Host.Output)}{Host.Error}", e);
            }

            check(peak with { PeakBytes = peak.PeakBytes - resident, LiveBytes = peak.LiveBytes - living });
        }
    }

    public ValueTask DisposeAsync() => _tools.DisposeAsync();
}
