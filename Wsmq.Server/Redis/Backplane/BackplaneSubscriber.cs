using System.Reflection;
using StackExchange.Redis;

namespace Wsmq.Server.Redis.Backplane;

/// <summary>
/// How SignalR's manager subscribes, which it has no setting for. It waits for each answer of Redis with a lock held, so that users
/// would be let in one round trip after another, and all of them would wait for a Redis that does not answer. Here a subscription
/// is sent and not waited for; the driver repeats it whenever a connection is made anew. And channels are subscribed at the primary
/// of their slot only: at another server as well, each push would come twice.
/// </summary>
internal class BackplaneSubscriber : DispatchProxy
{
    private const CommandFlags Subscribing = CommandFlags.DemandMaster | CommandFlags.FireAndForget;

    private ISubscriber _driver = null!;
    private ChannelReturns _returns = null!;
    private Func<RedisChannel, RedisChannel> _place = null!;

    /// <summary>A connection whose subscriber is one of these.</summary>
    /// <param name="driver">The driver's connection.</param>
    /// <param name="returns">Gives channels back there.</param>
    /// <param name="place">The channel as it is known at Redis.</param>
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
                // Not waited for, just as little as a subscription.
                _ = _returns.ReturnAsync(channel);
                return Task.CompletedTask;
            case nameof(ISubscriber.UnsubscribeAll):
                // The connection ends right after, and all of this with it.
                _returns.End();
                return null;
            case nameof(ISubscriber.PublishAsync):
                // Always at the same server: pushes from several would overtake each other, and be counted wrongly.
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
