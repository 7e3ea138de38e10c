using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Xunit.Abstractions;

namespace Wsmq.Tests.Support;

/// <summary>Several senders; each sends one message after another, and repeats a message until it has a receipt.</summary>
internal sealed class Senders
{
    // Slow enough that no log reaches its retention limit, even if the old primary takes long to become a replica.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentQueue<(string To, string Id, string Position)> _receipts = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _all;
    private int _marked;

    public Senders(IWsmqPublisher publisher, string[] to, ITestOutputHelper output)
    {
        var name = Guid.NewGuid().ToString("N")[..4];
        _all = Task.WhenAll(to.SelectMany(t => Enumerable.Range(0, 3).Select(s => Task.Run(() => SendAsync(publisher, t, $"{name}-{s}", output)))));
    }

    public int Count => _receipts.Count;

    /// <summary>The ids of the newest receipts.</summary>
    public IEnumerable<string> Last => _receipts.TakeLast(3).Select(r => r.Id);

    /// <summary><see cref="SinceIsInAsync"/> checks the receipts from now on.</summary>
    public void Mark() => _marked = Count;

    public async Task MoreAsync(int count)
    {
        var goal = Count + count;
        await Eventually.That($"{count} more receipts", () => Count >= goal);
    }

    /// <summary>Asserts that every message with a receipt since the mark is in the log, at the position of its receipt.</summary>
    public async Task SinceIsInAsync(TestNode node)
    {
        var log = node.Services.GetRequiredService<IStore>().MessageLog;
        foreach (var of in _receipts.Skip(_marked).GroupBy(r => r.To))
        {
            var entries = await WholeLog.ReadAsync(log, of.Key);
            var stored = entries.Select(e => (Encoding.UTF8.GetString(e.Body.Span), e.Position.ToString())).ToHashSet();
            of.Where(r => !stored.Contains(($"\"{r.Id}\"", r.Position))).Should().BeEmpty("every message with a receipt is in the log");
        }
    }

    /// <summary>Sends until an old primary that is available again has become a replica, and for a while after that; then stops.</summary>
    public static async Task GoOnUntilItIsAReplicaAsync(RedisServer old, params Senders[] all)
    {
        await Task.WhenAll(all.Select(s => s.MoreAsync(50)));
        await Eventually.That("the old primary is a replica", async () =>
            (await old.CommandAsync("ROLE")).Contains("slave", StringComparison.Ordinal));
        await Task.WhenAll(all.Select(s => s.MoreAsync(50)));
        await Task.WhenAll(all.Select(s => s.StopAsync()));
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _all;
        _stop.Dispose();
    }

    private async Task SendAsync(IWsmqPublisher publisher, string to, string sender, ITestOutputHelper output)
    {
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var message = new WsmqOutgoingMessage { To = to, Id = $"{sender}-{i}", Body = WsmqJsonBody.Parse($"\"{sender}-{i}\"") };
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    _receipts.Enqueue((to, message.Id!, (await publisher.SendAsync(message, CancellationToken.None)).Position));
                    await Task.Delay(Pace);
                    break;
                }
                catch (WsmqException e) when (e.Error.CanRetry)
                {
                    // As every sender does: repeat the send with the same id.
                    output.WriteLine($"{message.Id} to {to}: {e.Error.Code}");
                    await Task.Delay(Pace);
                }
            }
        }
    }
}
