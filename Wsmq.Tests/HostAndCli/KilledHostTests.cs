using Wsmq.Tests.Support;

namespace Wsmq.Tests.HostAndCli;

/// <summary>The host on its embedded store, killed during a stream of sends and restarted on the same folder.</summary>
public sealed class KilledHostTests : IAsyncLifetime
{
    private const int Count = 1000;
    private const string Bob = "user:bob";
    private readonly Tools _tools = new();
    private readonly List<string> _tokens = [];
    private TcpProxy? _line;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_line is not null)
            await _line.DisposeAsync();
        await _tools.DisposeAsync();
    }

    [Fact]
    public async Task Messages_with_a_receipt_survive_kill_9_in_order_and_once()
    {
        await _tools.StartHostAsync(Tools.Trace);
        _line = new TcpProxy(new Uri(_tools.Url));
        await using var alice = await StartAsync("alice");
        await using var bob = await StartAsync("bob");
        var receipted = 0;
        var sends = Enumerable.Range(0, Count).Select(async i =>
        {
            var receipt = await alice.SendAsync(Bob, i);
            Interlocked.Increment(ref receipted);
            return receipt;
        }).ToList();

        var connections = 0;
        foreach (var at in new[] { 150, 500 })
        {
            // Bob as well: alice may get her receipts before he has reconnected.
            connections++;
            await Eventually.That($"{at} receipts have arrived and bob is connected", () =>
                Volatile.Read(ref receipted) >= at && bob.States.Count(s => s == WsmqClientState.Connected) == connections);
            await _tools.KillHostAsync();
            NothingSecret();
            await _tools.StartHostAsync(Tools.Trace);
            _line.PointTo(new Uri(_tools.Url));
        }

        var receipts = await Task.WhenAll(sends);
        await bob.HandlesAsync(Enumerable.Range(0, Count));
        receipts.ShouldBeAt(bob.Messages.Select(m => m.Position.ToString()));
        bob.Gaps.Should().BeEmpty();
        await Eventually.That("bob has reconnected after both kills", () => bob.States.Count(s => s == WsmqClientState.Connected) == 3);
        await using var auditor = await StartAsync("bob", "auditor");
        await auditor.HandlesAsync(Enumerable.Range(0, Count));
        NothingSecret();
    }

    [Fact]
    public async Task Messages_with_a_receipt_survive_kill_9_also_without_retries_of_their_sender()
    {
        await _tools.StartHostAsync();
        _line = new TcpProxy(new Uri(_tools.Url));
        var receipts = new List<WsmqReceipt>();
        await using (var alice = await StartAsync("alice"))
        {
            var next = 0;
            var sends = new Queue<Task<WsmqReceipt>>();
            while (receipts.Count < 200)
            {
                while (sends.Count < 32)
                    sends.Enqueue(alice.SendAsync(Bob, next++));
                receipts.Add(await sends.Dequeue());
            }

            await _tools.KillHostAsync();
            // No retry of a send that was in flight: its sender is disconnected and stopped.
            await _line.DisposeAsync();
            await alice.Client.StopAsync(new CancellationToken(canceled: true));
            await Task.WhenAll(sends).ContinueWith(_ => { }, TaskScheduler.Default);
            receipts.AddRange(sends.TakeWhile(s => s.IsCompletedSuccessfully).Select(s => s.Result));
        }

        await _tools.StartHostAsync();
        await using var bob = await TypedClient.StartAsync(new Uri(_tools.Url), "bob", configure: UseToken("bob", "default"));
        await Eventually.That("all messages with a receipt arrive", () => bob.HandledCount >= receipts.Count);

        var got = bob.Messages;
        got.Select(m => m.Body.Value).Should().Equal(Enumerable.Range(0, got.Count), "in order, each once");
        got.Take(receipts.Count).Select(m => m.Position.ToString()).Should().Equal(receipts.Select(r => r.Position));
    }

    private Task<TypedClient> StartAsync(string user, string device = "default") =>
        TypedClient.StartAsync(_line!.Hub, user, configure: UseToken(user, device));

    private void NothingSecret()
    {
        _tools.Host.Output.Should().Contain(line => line.Contains("Received hub invocation", StringComparison.Ordinal), "all is logged");
        Tools.NothingSecretIn(_tools.Host, "\"value\"", [.. _tokens]);
    }

    private Action<WsmqClientOptions> UseToken(string user, string device)
    {
        var token = _tools.Token(user);
        _tokens.Add(token);
        // The sends wait for two starts of a host.
        return o => (o.AccessTokenProvider, o.Device, o.SendTimeout) = (_ => Task.FromResult<string?>(token), device, TimeSpan.FromSeconds(110));
    }
}
