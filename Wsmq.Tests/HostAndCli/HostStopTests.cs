using System.Diagnostics;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.HostAndCli;

/// <summary>A host on a developer's machine that is stopped while a page is open.</summary>
public sealed class HostStopTests
{
    // Far below the 17 s of a host that drains while a client stays connected.
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("Ctrl+C")]
    [InlineData("SIGTERM")]
    public async Task In_Development_the_host_stops_while_clients_are_connected_and_lets_them_reconnect(string signal)
    {
        await using var tools = new Tools();
        await tools.StartHostAsync();
        await using var tab = Tab(tools);
        await using var reads = await RawClient.ConnectAsync(new Uri(tools.Url), tools.Token("carol"));
        await using var never = await RawClient.ConnectAsync(new Uri(tools.Url), tools.Token("dave"), reads: false);
        var reconnecting = new TaskCompletionSource<Exception?>();
        tab.Reconnecting += e =>
        {
            reconnecting.TrySetResult(e);
            return Task.CompletedTask;
        };
        await tab.StartAsync();
        (await tab.InvokeAsync<WsmqReceipt>("Send", new { to = "user:bob", body = 1 })).Position.Should().NotBeNullOrEmpty();
        await Eventually.That("the client is accepted", () => reads.All.Count > 0);
        var began = Stopwatch.GetTimestamp();

        if (signal == "SIGTERM")
            tools.Host.Terminate();
        else
            tools.Host.Interrupt();

        (await tools.Host.ExitCodeAsync()).Should().Be(0, tools.Host.Error);
        Stopwatch.GetElapsedTime(began).Should().BeLessThan(Most);
        await reconnecting.Task.WaitAsync(Most);
        await Eventually.That("its connection is closed", () => reads.Ended);
        string.Concat(reads.All).Should().Contain("[wsmq 5004 stopping retry]").And.Contain("\"allowReconnect\":true");
    }

    private static HubConnection Tab(Tools tools)
    {
        var token = tools.Token("bob");
        return new HubConnectionBuilder()
            .WithUrl(new Uri($"{tools.Url}?device=web"), HttpTransportType.WebSockets, o => o.AccessTokenProvider = () => Task.FromResult<string?>(token))
            .WithAutomaticReconnect()
            .Build();
    }
}
