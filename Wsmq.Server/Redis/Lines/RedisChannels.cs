using System.Collections.Concurrent;
using StackExchange.Redis;

namespace Wsmq.Server.Redis.Lines;

/// <summary>The channels that this node hears, on whichever connection carries them at the moment.</summary>
internal sealed class RedisChannels(RedisLine line)
{
    private readonly ConcurrentBag<Subscription> _all = [];

    /// <summary>Hears a channel from now on, also after its connection was replaced.</summary>
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

            // Before it is looked whether the connection is still the same: whoever replaces it looks here before that.
            if (!_all.Contains(subscription))
                _all.Add(subscription);
        }
        while (connection != line.Current);
    }

    /// <summary>Subscribes everything on a connection that is to carry the channels from now on. Where one fails all stay where they are.</summary>
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

        /// <summary>What the old connection may still bring is left out: what comes over both would be heard twice.</summary>
        public void MoveTo(IConnectionMultiplexer connection) => Volatile.Write(ref _carrier, connection);

        /// <summary>
        /// Messages come one after another, and once. Servers pass on what is published, so a channel that is subscribed at two of
        /// them is heard twice; and the driver subscribes again what is not confirmed yet, whenever one more server is connected,
        /// at whichever server it would choose then. A primary, on a Cluster that of the channel's slot, leaves it no choice.
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
                // The driver would open it later, with nobody there to hear.
                await subscriber.UnsubscribeAsync(channel, flags: CommandFlags.FireAndForget);
                throw;
            }
        }
    }
}
