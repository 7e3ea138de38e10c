using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Sessions;

/// <summary>A client that is refused because the store is unavailable reconnects by itself, even a plain SignalR client.</summary>
public sealed class TurnedAwayTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_plain_client_refused_with_store_unavailable_gets_the_error_and_reconnects_by_itself()
    {
        var away = new AwayAuthorizer { Away = true };
        await using var node = await TestNode.StartAsync(
            s => s.UseSqlite(_folder.File("wsmq.db")), services: b => b.Services.AddSingleton<IWsmqAuthorizer>(away));
        await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("1") });
        Exception? reason = null;
        var received = 0;
        await using var connection = new HubConnectionBuilder()
            .WithUrl(node.Hub, HttpTransportType.WebSockets, o => o.AccessTokenProvider = () => Task.FromResult<string?>(TestTokens.For("bob")))
            .WithAutomaticReconnect(new Impatient())
            .Build();
        connection.Reconnecting += e =>
        {
            reason ??= e;
            away.Away = false;
            return Task.CompletedTask;
        };
        connection.On<WsmqDelivery>("Receive", _ => Interlocked.Increment(ref received));

        await connection.StartAsync();

        await Eventually.That("the message arrives after the reconnect", () => received == 1);
        WsmqError.Find(reason?.Message).Should().Be(WsmqErrors.StoreUnavailable);
    }

    private sealed class Impatient : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext) => TimeSpan.FromMilliseconds(20);
    }

    private sealed class AwayAuthorizer : IWsmqAuthorizer
    {
        public volatile bool Away;

        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
            Away ? throw new WsmqException(WsmqErrors.StoreUnavailable) : new(true);
    }
}
