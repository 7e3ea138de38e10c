using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <summary>
/// Tokens that live for two seconds, while messages flow both ways: connections end with their token, and no message is lost, handled
/// twice or out of order.
/// </summary>
public sealed class TokenRefreshTests : IAsyncLifetime
{
    private const int Tokens = 4;
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);

    // A token that has expired before the server sees it ends a first start for good; later attempts are repeated.
    private static readonly TimeSpan FirstLifetime = TimeSpan.FromSeconds(6);
    private const int AtOnce = 10;

    private readonly TempFolder _folder = new();
    private TestNode _node = null!;
    private int _tokens;
    private int _closed;

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")));

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_typed_client_gets_new_tokens_and_no_message_is_lost_repeated_or_reordered()
    {
        await using var bob = await TypedClient.StartAsync(_node.Hub, "bob", configure: o => o.AccessTokenProvider = _ => Task.FromResult<string?>(NewToken()));
        await using var alice = await TypedClient.StartAsync(_node.Hub, "alice");

        var (toAlice, toBob) = (new List<Task<WsmqReceipt>>(), new List<Task<WsmqReceipt>>());
        while (Volatile.Read(ref _tokens) < Tokens)
        {
            for (var i = 0; i < AtOnce; i++)
            {
                toAlice.Add(bob.SendAsync("user:alice", toAlice.Count));
                toBob.Add(alice.SendAsync("user:bob", toBob.Count));
            }

            await Task.WhenAll(toAlice.Concat(toBob).TakeLast(AtOnce).Append(toAlice[^1])).WaitAsync(TimeSpan.FromSeconds(90));
        }

        await Task.WhenAll(toAlice.Concat(toBob)).WaitAsync(TimeSpan.FromSeconds(90));
        await alice.HandlesAsync(Enumerable.Range(0, toAlice.Count));
        await bob.HandlesAsync(Enumerable.Range(0, toBob.Count));
        bob.States.Should().Contain(WsmqClientState.Reconnecting);
        bob.Errors.Concat(alice.Errors).Should().NotContain(e => e.Operation != WsmqClientOperation.Connect && e.Operation != WsmqClientOperation.ConnectionLost);
        bob.Gaps.Concat(alice.Gaps).Should().BeEmpty();
    }

    [Fact]
    public async Task A_plain_SignalR_client_that_reconnects_loses_no_message()
    {
        var received = new ConcurrentQueue<WsmqDelivery>();
        await using var bob = new HubConnectionBuilder().WithUrl(_node.Hub, HttpTransportType.WebSockets, o =>
        {
            o.SkipNegotiation = true;
            o.AccessTokenProvider = () => Task.FromResult<string?>(NewToken());
        }).Build();
        bob.On<WsmqDelivery>("Receive", async delivery =>
        {
            received.Enqueue(delivery);
            await bob.SendAsync("Ack", delivery.Source, delivery.Position);
        });
        var over = false;
        bob.Closed += async _ =>
        {
            Interlocked.Increment(ref _closed);

            // On a slow machine a handshake may take longer than its token lives.
            await Eventually.That("it reconnects", async () => Volatile.Read(ref over) || await TryAsync(() => bob.StartAsync()));
        };
        await bob.StartAsync();
        await using var alice = await TypedClient.StartAsync(_node.Hub, "alice");

        // One send after another, each repeated with its id until it has a receipt: what the protocol requires of other clients.
        var sending = SendAsync(bob);
        var count = 0;
        // Not the tokens: an attempt that fails takes one as well.
        while (Volatile.Read(ref _closed) < Tokens - 1)
        {
            await alice.SendAsync("user:bob", count++);
        }

        var sent = await sending;
        await alice.HandlesAsync(Enumerable.Range(0, sent));
        await Eventually.That("all have arrived", () => received.Select(d => d.Position).Distinct().Count() == count);
        received.DistinctBy(d => d.Position).Select(d => d.Body!.Value.To<Number>(JsonSerializerOptions.Web)!.Value).Should().Equal(Enumerable.Range(0, count));
        Volatile.Read(ref _closed).Should().BeGreaterThanOrEqualTo(Tokens - 1);
        Volatile.Write(ref over, true);
    }

    private async Task<int> SendAsync(HubConnection connection)
    {
        var number = 0;
        while (Volatile.Read(ref _closed) < Tokens - 1)
        {
            var message = new WsmqOutgoingMessage { To = "user:alice", Id = $"m{number}", Type = nameof(Number), Body = WsmqJsonBody.From(new Number(number), JsonSerializerOptions.Web) };
            await Eventually.That("it has a receipt", () => TryAsync(() => connection.InvokeAsync<WsmqReceipt>("Send", message)));
            number++;
        }

        return number;
    }

    private static async Task<bool> TryAsync(Func<Task> attempt)
    {
        try
        {
            await attempt();
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Between two connections.
            return false;
        }
    }

    private string NewToken()
    {
        return TestTokens.For("bob", lifetime: Interlocked.Increment(ref _tokens) == 1 ? FirstLifetime : Lifetime);
    }
}
