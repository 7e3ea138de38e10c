using System.Reflection;
using StackExchange.Redis;

namespace Wsmq.Server.Live;

/// <summary>
/// Replaces the way in which SignalR's RedisHubLifetimeManager subscribes, for which it has no setting. The manager waits for each answer
/// of Redis with a lock held: connections would be accepted one round trip after another, and all would wait for a Redis that does not
/// answer. Here a subscription is sent without waiting; the driver repeats it on each new connection. Channels are subscribed only at the
/// primary of their slot: with a second server, each push would arrive twice.
/// </summary>
internal class BackplaneSubscriber : DispatchProxy
{
    private const CommandFlags Subscribing = CommandFlags.DemandMaster | CommandFlags.FireAndForget;

    private ISubscriber _driver = null!;
    private ChannelReturns _returns = null!;
    private Func<RedisChannel, RedisChannel> _place = null!;

    /// <summary>Wraps a connection so that its subscriber is a proxy of this class.</summary>
    /// <param name="driver">The driver's connection.</param>
    /// <param name="returns">Unsubscribes channels on that connection.</param>
    /// <param name="place">Maps a channel of SignalR to the channel used on Redis.</param>
    public static IConnectionMultiplexer Of(IConnectionMultiplexer driver, ChannelReturns returns, Func<RedisChannel, RedisChannel> place)
    {
        var subscriber = Create<ISubscriber, BackplaneSubscriber>();
        var made = (BackplaneSubscriber)subscriber;
        (made._driver, made._returns, made._place) = (driver.GetSubscriber(), returns, place);
        return Connection.Of(driver, subscriber);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var channel = args is [RedisChannel first, ..] ? _place(first) : default;
        switch (targetMethod!.Name)
        {
            case nameof(ISubscriber.SubscribeAsync) when targetMethod.ReturnType == typeof(Task<ChannelMessageQueue>):
                return _returns.SubscribeAsync(channel, Subscribing);
            case nameof(ISubscriber.UnsubscribeAsync):
                // Not awaited, like a subscription.
                _ = _returns.ReturnAsync(channel);
                return Task.CompletedTask;
            case nameof(ISubscriber.UnsubscribeAll):
                // The connection is closed right afterwards, which ends all subscriptions.
                _returns.End();
                return null;
            case nameof(ISubscriber.PublishAsync):
                // Always on the same server: pushes through several servers could overtake each other, and subscribers would be miscounted.
                return _driver.PublishAsync(channel, (RedisValue)args![1]!, (CommandFlags)args[2]!);
            default:
                return Forward(targetMethod, _driver, args);
        }
    }

    private static object? Forward(MethodInfo method, object target, object?[]? args) =>
        method.Invoke(target, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);

    internal class Connection : DispatchProxy
    {
        private IConnectionMultiplexer _driver = null!;
        private ISubscriber _subscriber = null!;

        public static IConnectionMultiplexer Of(IConnectionMultiplexer driver, ISubscriber subscriber)
        {
            var connection = Create<IConnectionMultiplexer, Connection>();
            (((Connection)connection)._driver, ((Connection)connection)._subscriber) = (driver, subscriber);
            return connection;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IConnectionMultiplexer.GetSubscriber) ? _subscriber : Forward(targetMethod, _driver, args);
    }
}
