using System.Collections.Concurrent;
using Xunit.Abstractions;

namespace Wsmq.Tests.Client;

/// <summary>
/// A server that loses deliveries and connections, and handlers that fail, all at random from a printed seed: each message must be
/// handled successfully once, in order, and no ack may be sent before its handler has succeeded.
/// </summary>
public sealed class FaultTests(ITestOutputHelper output) : ClientTest
{
    private const int All = 200;
    private static readonly string[] Sources = [Entry.Alice, Entry.Group, "group:other"];

    private readonly ConcurrentDictionary<string, ConcurrentQueue<long>> _done = new();
    private readonly ConcurrentDictionary<string, long> _cursors = new();
    private readonly ConcurrentQueue<string> _early = new();
    private Random _random = new(0);

    private protected override void Configure(WsmqClientOptions options)
    {
        options.MaxBufferedDeliveries = 32;
        options.HandlerBackoff.Min = options.HandlerBackoff.Max = TimeSpan.FromMilliseconds(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_message_is_lost_handled_twice_or_out_of_order_under_random_faults(int seed)
    {
        output.WriteLine($"seed {seed}");
        _random = new Random(seed);
        Client.On<Line>(HandleAsync);
        Script.OnConnected = client => Task.WhenAll(Sources.Select(s => PumpAsync(client, s, _cursors.GetValueOrDefault(s))));
        Script.OnResume = (source, after, client) => PumpAsync(client, source, WsmqPosition.Parse(after).Value);
        Script.OnAck = Acknowledge;
        await Client.StartAsync();

        await Eventually.That($"all are acknowledged, seed {seed}", () => Sources.All(s => _cursors.GetValueOrDefault(s) == All));

        foreach (var source in Sources)
            _done[source].Should().Equal(Enumerable.Range(1, All).Select(i => (long)i), "of seed {0}", seed);
        _early.Should().BeEmpty();
        Gaps.Should().BeEmpty();
        output.WriteLine($"{Script.Accepted} connections, {Script.Resumes.Count} resumes, {Errors.Count} errors, {Script.Acks.Count} acks");
    }

    private async Task HandleAsync(WsmqMessage<Line> message, CancellationToken cancellationToken)
    {
        if (Chance(20))
            await Task.Yield();
        if (Chance(5))
            throw new InvalidOperationException("by chance");
        if (Chance(1))
            Script.AbortAll();
        _done.GetOrAdd(message.Source.ToString(), _ => new()).Enqueue(message.Position.Value);
    }

    // The first and the last message of a run are never lost: the client counts from the first, and no later message shows that the
    // last is missing (the real server's tail check finds it).
    private async Task PumpAsync(IWsmqReceiver client, string source, long after)
    {
        for (var position = after + 1; position <= All; position++)
        {
            if (position == after + 1 || position == All || !Chance(2))
                await client.Receive(Entry.Chat(position, source));
        }
    }

    private Task Acknowledge(string source, string position)
    {
        var value = WsmqPosition.Parse(position).Value;
        if (!_done[source].Contains(value))
            _early.Enqueue($"{source} {value}");
        if (Chance(10))
            throw new Microsoft.AspNetCore.SignalR.HubException(WsmqErrors.StoreUnavailable.ToString());
        _cursors.AddOrUpdate(source, value, (_, cursor) => Math.Max(cursor, value));
        return Task.CompletedTask;
    }

    private bool Chance(int percent)
    {
        lock (_cursors)
            return _random.Next(100) < percent;
    }
}
