using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Publishing;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Publishing;

/// <summary>How a lane divides its batches between clients and the app.</summary>
public sealed class LaneShareTests : IAsyncLifetime
{
    private const int MostCalls = 4;

    private readonly GatedLog _log = new();
    private PublishLane _lane = null!;

    public Task InitializeAsync()
    {
        _lane = new PublishLane(_log, new WsmqOptions(), new ServerTurns(TimeProvider.System), TimeProvider.System, new WsmqMetrics(new TestMeters()), NullLogger.Instance);
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        _log.Gate.TrySetResult();
        return _lane.StopAsync();
    }

    [Fact]
    public async Task A_client_does_not_wait_for_the_messages_that_the_app_has_sent_before()
    {
        await FillCallsAsync();
        var burst = Burst(2_000);

        await ReleaseAsync([.. burst, Send("alice", "bob", "from-alice")]);

        _log.Batches[MostCalls].First().Id.Should().Be("from-alice");
    }

    [Fact]
    public async Task The_app_gets_its_share_of_a_batch_although_clients_have_sent_before()
    {
        await FillCallsAsync();
        var clients = Enumerable.Range(0, 2_000).Select(i => Send("alice", "bob", Text(i))).ToArray();

        await ReleaseAsync([.. clients, Send(MessageRules.AppScope, "bob", "from-app")]);

        _log.Batches[MostCalls].Should().Contain(r => r.Id == "from-app");
        _log.Batches.Skip(MostCalls).SelectMany(b => b).Where(r => r.Sender == "alice").Select(r => r.Id)
            .Should().Equal(Enumerable.Range(0, 2_000).Select(Text), "the order of a sender is kept");
    }

    [Fact]
    public async Task A_batch_has_fewer_messages_if_each_is_for_an_address_that_costs_the_store_more()
    {
        _log.Weight = 8;
        await FillCallsAsync();

        await ReleaseAsync(Burst(1_000));

        _log.Batches.Should().OnlyContain(b => b.Count <= 64);
    }

    [Fact]
    public async Task Further_messages_for_the_same_address_do_not_cost_more()
    {
        _log.Weight = 8;
        await FillCallsAsync();

        await ReleaseAsync([.. Enumerable.Range(0, 1_000).Select(i => Send("alice", "bob", Text(i)))]);

        _log.Batches[MostCalls].Should().HaveCountGreaterThan(300);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private Task<WsmqReceipt>[] Burst(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Send(MessageRules.AppScope, "offline" + Text(i), Text(i)))];

    // What is sent after as many calls as may be in flight waits in the queue.
    private async Task FillCallsAsync()
    {
        for (var i = 0; i < MostCalls; i++)
        {
            _ = Send("carol", "dave", "first" + Text(i));
            await Eventually.That("the store is called", () => _log.Batches.Count == i + 1);
        }
    }

    private Task ReleaseAsync(Task<WsmqReceipt>[] sends)
    {
        _log.Gate.SetResult();
        return Task.WhenAll(sends);
    }

    private Task<WsmqReceipt> Send(string sender, string to, string id)
    {
        var send = new AwaitedSend(new AppendRequest(WsmqAddress.User(to), sender, id, "m"u8.ToArray(), "1"u8.ToArray()));
        _lane.Enqueue(send);
        return send.Receipt;
    }

    private sealed class GatedLog : ScriptedLogBase
    {
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<List<AppendRequest>> Batches { get; } = [];

        public int Weight { get; set; } = 1;

        public override int WeightOf(WsmqAddress to) => Weight;

        public override async Task<AppendResult[]> AppendAsync(
            IReadOnlyList<AppendRequest> batch, bool follows, CancellationToken cancellationToken)
        {
            Batches.Add([.. batch]);
            await Gate.Task;
            return [.. batch.Select((_, i) => new AppendResult(new WsmqPosition(i + 1), false))];
        }
    }
}
