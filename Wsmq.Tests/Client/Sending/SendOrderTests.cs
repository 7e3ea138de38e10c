using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>On a server that runs invocations one after another, so that the stored order shows the order of arrival.</summary>
public sealed class SendOrderTests : ClientTest
{
    // Fewer than the sends between two lost connections: a loss may take results with it, and each connection must deliver some.
    private protected override void Configure(WsmqClientOptions options) =>
        (options.MaxInFlightSends, options.SendTimeout) = (16, TimeSpan.FromSeconds(110));

    [Fact]
    public async Task No_new_message_overtakes_a_refused_message_to_the_same_address()
    {
        // Changed only when the first message arrives: the server refuses, or accepts, a whole attempt.
        var (refuse, refuses) = (true, true);
        Script.OnSend = (message, _) =>
        {
            if (message.Body.ToString() == "\"1\"")
                refuses = Volatile.Read(ref refuse);
            return message.To == "user:bob" && refuses
                ? throw new HubException(WsmqErrors.StoreUnavailable.ToString())
                : Task.FromResult(Script.Store(message));
        };
        await Client.StartAsync();
        var first = Client.SendAsync(Chat("1"));
        await Eventually.That("it was refused", () => Script.Sends.Count > 2);
        Task<WsmqReceipt>[] others = [Client.SendAsync(Chat("2")), Client.SendAsync(Chat("3"))];
        await Client.SendAsync(Chat("c", "user:carol"));
        Volatile.Write(ref refuse, false);
        await Task.WhenAll([first, .. others]);

        Script.Stored.Where(s => s.To == "user:bob").Select(s => s.Body.ToString()).Should().Equal("\"1\"", "\"2\"", "\"3\"");
        var arrivals = Script.Sends.Where(s => s.To == "user:bob").Select(s => s.Body.ToString()!.Trim('"')[0]).ToArray();
        arrivals.Zip(arrivals.Skip(1)).Where(pair => pair.Second != '1').Should().OnlyContain(pair => pair.First == pair.Second - 1);
    }

    [Fact]
    public async Task The_order_is_kept_across_lost_connections()
    {
        const int all = 300;
        var count = 0;
        Script.OnSend = async (message, context) =>
        {
            // Every 53rd is lost, every 37th is stored without a result: each time the connection is lost with all later sends on it.
            var n = Interlocked.Increment(ref count);
            if (n % 53 == 0 || context.ConnectionAborted.IsCancellationRequested)
                await LoseAsync(context);
            var receipt = Script.Store(message);
            if (n % 37 == 0)
                await LoseAsync(context);
            return receipt;
        };
        await Client.StartAsync();
        await Task.WhenAll(Enumerable.Range(1, all).Select(i => Client.SendAsync(Chat($"{i}"))));
        Script.Stored.Select(s => s.Body.ToString()).Should().Equal(Enumerable.Range(1, all).Select(i => $"\"{i}\""));
        Script.Accepted.Should().BeGreaterThan(5);
    }

    private static Task LoseAsync(HubCallerContext context)
    {
        context.Abort();
        return new TaskCompletionSource().Task.WaitAsync(context.ConnectionAborted);
    }
}
