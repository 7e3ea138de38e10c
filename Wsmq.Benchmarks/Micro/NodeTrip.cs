using Microsoft.AspNetCore.Builder;
using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Nodes;

namespace Wsmq.Benchmarks.Micro;

/// <summary>
/// A node in this process with two senders and 200 receivers, each on a WebSocket of its own: the whole way of a message through a node, from
/// the frame that is read to the frames with the receipt and with the delivery. The clients allocate next to nothing for a message, so that
/// what this process allocates is what the node allocates.
/// </summary>
internal sealed class NodeTrip : IAsyncDisposable
{
    private const int Users = 200;
    private const int Senders = 2;

    // As many as a node lets a connection have in flight.
    private const int MostOfSender = 128;

    // Acks depend on the number of deliveries only: with those on a timer a slow call would allocate more.
    private static readonly CrowdPlan Plan = new(Users, Senders, Window: 0) { TimedAcks = false };

    private readonly WebApplication _app;
    private Crowd _crowd = null!;

    private NodeTrip(WebApplication app) => _app = app;

    public static async Task<NodeTrip> StartAsync(string? redis, string? sqlite)
    {
        var builder = NodeCommand.CreateBuilder(port: 0);
        var map = DurableNode.Add(builder.Services, redis, sqlite, WsmqSqliteDurability.Full, sendsPerSecond: null, buckets: null);
        var trip = new NodeTrip(builder.Build());
        map(trip._app);
        await trip._app.StartAsync();
        trip._crowd = await Crowd.OpenAsync(Peer.Wsmq(PublishWay.Stream), [new Uri(trip._app.Urls.Single())], Plan, CancellationToken.None);
        return trip;
    }

    /// <summary>
    /// Sends messages to the users in turn, in one frame for each sender, and returns once all receipts and deliveries have arrived.
    /// </summary>
    public void Send(int messages)
    {
        for (var (i, left) = (0, messages); left > 0; i++, left -= MostOfSender)
        {
            var sending = _crowd.Senders[i].StartAsync(MostOfSender, Math.Min(left, MostOfSender));
            if (!sending.IsCompletedSuccessfully)
                sending.AsTask().GetAwaiter().GetResult();
        }

        // A sleeping thread allocates nothing, unlike a task; that the time of a call is rounded up to a millisecond does not matter here.
        while (!IsDone())
        {
            _crowd.Failure.Throw();
            Thread.Sleep(1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _crowd.DisposeAsync();
        await _app.DisposeAsync();
    }

    // Without enumerators, which would be allocated.
    private bool IsDone()
    {
        var (sent, received) = (0L, 0L);
        for (var i = 0; i < Senders; i++)
        {
            sent += _crowd.Senders[i].Sent;
            if (!_crowd.Senders[i].IsSettled)
                return false;
        }

        for (var i = 0; i < Users; i++)
            received += _crowd.Receivers[i].Check.Received;
        return received == sent;
    }
}
