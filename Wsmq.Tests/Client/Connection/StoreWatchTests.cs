using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>How the client reports the store states that the server sends.</summary>
public sealed class StoreWatchTests : ClientTest
{
    private readonly ConcurrentQueue<bool> _told = new();

    private async Task StartAsync()
    {
        Client.StoreStateChanged += (_, e) => _told.Enqueue(e.Available);
        await Client.StartAsync();
        Client.StoreAvailable.Should().BeTrue();
    }

    [Fact]
    public async Task The_app_is_notified_once_of_each_change_of_the_store_state()
    {
        await StartAsync();
        await Eventually.That("it is connected", () => Script.Connections == 1);
        foreach (var available in new[] { false, false, true, true, false })
            await Server.Everyone.StoreState(available);

        await Eventually.That("the app was notified", () => _told.SequenceEqual([false, true, false]));
        Client.StoreAvailable.Should().BeFalse();
    }

    [Fact]
    public async Task A_lost_connection_or_an_unchanged_state_after_a_reconnect_does_not_change_the_store_state()
    {
        await StartAsync();
        await Eventually.That("it is connected", () => Script.Connections == 1);
        await Server.Everyone.StoreState(false);
        await Eventually.That("the client was notified", () => !Client.StoreAvailable);
        Script.LetsIn = false;
        Script.OnConnected = client => client.StoreState(false);
        Script.AbortAll();
        await Eventually.That("the client has reconnected", () => Script.Accepted == 2 && Client.State == WsmqClientState.Connected);
        Client.StoreAvailable.Should().BeFalse();

        Script.OnConnected = client => client.StoreState(true);
        Script.AbortAll();

        await Eventually.That("the app was notified again", () => _told.SequenceEqual([false, true]));
        Client.StoreAvailable.Should().BeTrue();
    }

    [Fact]
    public async Task A_connection_refused_because_of_the_store_reports_the_store_as_unavailable()
    {
        Script.OnConnected = client => Script.Accepted < 3 ? throw new HubException(WsmqErrors.StoreUnavailable.ToString()) : client.StoreState(true);
        Client.StoreStateChanged += (_, e) => _told.Enqueue(e.Available);

        await Client.StartAsync();

        await Eventually.That("the app was notified", () => _told.SequenceEqual([false, true]));
    }
}
