using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>What the client makes of what it is told of the store.</summary>
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
    public async Task It_tells_the_app_once_for_each_change()
    {
        await StartAsync();
        await Eventually.That("it is connected", () => Script.Connections == 1);
        foreach (var available in new[] { false, false, true, true, false })
            await Server.Everyone.StoreState(available);

        await Eventually.That("it was told", () => _told.SequenceEqual([false, true, false]));
        Client.StoreAvailable.Should().BeFalse();
    }

    [Fact]
    public async Task Without_a_connection_and_at_one_that_says_the_same_nothing_changes()
    {
        await StartAsync();
        await Eventually.That("it is connected", () => Script.Connections == 1);
        await Server.Everyone.StoreState(false);
        await Eventually.That("it was told", () => !Client.StoreAvailable);
        Script.LetsIn = false;
        Script.OnConnected = client => client.StoreState(false);
        Script.AbortAll();
        await Eventually.That("it is back", () => Script.Accepted == 2 && Client.State == WsmqClientState.Connected);
        Client.StoreAvailable.Should().BeFalse();

        Script.OnConnected = client => client.StoreState(true);
        Script.AbortAll();

        await Eventually.That("it was told again", () => Client.StoreAvailable);
        _told.Should().Equal(false, true);
    }

    [Fact]
    public async Task A_connection_that_is_turned_away_for_the_store_says_that_it_is_away()
    {
        Script.OnConnected = client => Script.Accepted < 3 ? throw new HubException(WsmqErrors.StoreUnavailable.ToString()) : client.StoreState(true);
        Client.StoreStateChanged += (_, e) => _told.Enqueue(e.Available);

        await Client.StartAsync();

        await Eventually.That("it found out", () => _told.SequenceEqual([false, true]));
    }
}
