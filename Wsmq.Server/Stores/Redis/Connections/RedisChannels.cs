using System.Collections.Concurrent;
using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>The channels to which this node subscribes, on the connection that currently carries them.</summary>
internal sealed class RedisChannels(RedisLine line)
{
    private readonly ConcurrentBag<Subscription> _all = [];

    /// <summary>Subscribes to a channel, and stays subscribed when the connection is replaced.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task ListenAsync(RedisChannel channel, Action<ReadOnlyMemory<byte>> handler)
    {
        var subscription = new Subscription(channel.WithKeyRouting(), handler);
        IConnectionMultiplexer connection;
        do
        {
            connection = line.Current;
            await subscription.SubscribeAsync(connection);
            subscription.MoveTo(connection);

            // Add before checking that the connection is unchanged: a replacement reads this collection before it swaps the connection.
            if (!_all.Contains(subscription))
                _all.Add(subscription);
        }
        while (connection != line.Current);
    }

    /// <summary>Subscribes all channels on a new connection and moves them there. If one fails, all stay on the current one.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task MoveToAsync(IConnectionMultiplexer connection)
    {
        var all = _all.ToArray();
        await Task.WhenAll(all.Select(s => s.SubscribeAsync(connection)));
        Array.ForEach(all, s => s.MoveTo(connection));
    }

    private sealed class Subscription(RedisChannel channel, Action<ReadOnlyMemory<byte>> handler)
    {
        private IConnectionMultiplexer? _carrier;

        /// <summary>From now on ignores messages from the old connection: one that arrives over both would be handled twice.</summary>
        public void MoveTo(IConnectionMultiplexer connection) => Volatile.Write(ref _carrier, connection);

        /// <summary>
        /// Subscribes so that each message is handled once, and in order. Servers forward published messages, so a channel subscribed at
        /// two servers is received twice. When another server connects, the driver repeats unconfirmed subscriptions at whichever server
        /// it selects then. Demanding the primary (on a Cluster that of the channel's slot) leaves it no choice.
        /// </summary>
        public async Task SubscribeAsync(IConnectionMultiplexer connection)
        {
            var subscriber = connection.GetSubscriber();
            try
            {
                var queue = await RedisErrors.GuardAsync(
                    () => subscriber.SubscribeAsync(channel, CommandFlags.DemandMaster), CancellationToken.None);
                queue.OnMessage(message =>
                {
                    if (Volatile.Read(ref _carrier) == connection)
                        handler((ReadOnlyMemory<byte>)message.Message);
                });
            }
            catch (WsmqException)
            {
                // The driver would otherwise subscribe later, without a handler.
                await subscriber.UnsubscribeAsync(channel, flags: CommandFlags.FireAndForget);
                throw;
            }
        }
    }
}
