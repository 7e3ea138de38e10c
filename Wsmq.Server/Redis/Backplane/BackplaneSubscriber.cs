using System.Reflection;
using StackExchange.Redis;

namespace Wsmq.Server.Redis.Backplane;

/// <summary>
/// How SignalR's manager subscribes, which it has no setting for. It waits for each answer of Redis with a lock held, so that users
/// would be let in one round trip after another, and all of them would wait for a Redis that does not answer. Here a subscription
/// is sent and not waited for; the driver repeats it whenever a connection is made anew. And channels are subscribed at the primary
/// of their slot only: at a replica as well, each push would come twice.
/// </summary>
internal class BackplaneSubscriber : DispatchProxy
{
    private const CommandFlags Subscribing = CommandFlags.DemandMaster | CommandFlags.FireAndForget;

    private ISubscriber _driver = null!;

    /// <summary>A connection whose subscriber is one of these.</summary>
    public static IConnectionMultiplexer Of(IConnectionMultiplexer connection) => Connection.Of(connection);

    /// <summary>The driver's own connection.</summary>
    public static IConnectionMultiplexer DriverOf(IConnectionMultiplexer connection) => ((Connection)connection).Driver;

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var channel = args is [RedisChannel first, ..] ? first.WithKeyRouting() : default;
        switch (targetMethod!.Name)
        {
            case nameof(ISubscriber.SubscribeAsync) when targetMethod.ReturnType == typeof(Task<ChannelMessageQueue>):
                return _driver.SubscribeAsync(channel, Subscribing);
            case nameof(ISubscriber.UnsubscribeAsync):
                return UnsubscribeAsync(channel);
            case nameof(ISubscriber.UnsubscribeAll):
                // The connection ends right after, and all of this with it.
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

    private async Task UnsubscribeAsync(RedisChannel channel)
    {
        var confirmedAt = _driver.SubscribedEndpoint(channel);

        // A primary may have become a replica since, to which the driver sends nothing that demands a primary. This flag added to
        // that one demands a replica.
        var becameReplica = confirmedAt is not null && Array.Exists(_driver.Multiplexer.GetServers(), s => s.IsReplica && s.EndPoint.Equals(confirmedAt));
        await _driver.UnsubscribeAsync(channel, flags: CommandFlags.FireAndForget | (becameReplica ? CommandFlags.PreferReplica : CommandFlags.None));
        if (confirmedAt is null)
            _ = ForgetAsync(channel);
    }

    // The driver takes back what is confirmed, and this was not yet: it would stay subscribed for as long as the connection lives.
    private async Task ForgetAsync(RedisChannel channel)
    {
        Action<RedisChannel, RedisValue> nobody = (_, _) => { };
        try
        {
            await _driver.SubscribeAsync(channel, nobody, CommandFlags.DemandMaster);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            // Redis is away: it forgets the subscriptions of a connection with the connection.
        }
        finally
        {
            await _driver.UnsubscribeAsync(channel, nobody, CommandFlags.FireAndForget);
        }
    }

    internal class Connection : DispatchProxy
    {
        private ISubscriber _subscriber = null!;

        public IConnectionMultiplexer Driver { get; private set; } = null!;

        public static IConnectionMultiplexer Of(IConnectionMultiplexer driver)
        {
            var subscriber = Create<ISubscriber, BackplaneSubscriber>();
            ((BackplaneSubscriber)subscriber)._driver = driver.GetSubscriber();
            var connection = Create<IConnectionMultiplexer, Connection>();
            ((Connection)connection).Driver = driver;
            ((Connection)connection)._subscriber = subscriber;
            return connection;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IConnectionMultiplexer.GetSubscriber) ? _subscriber : Forward(targetMethod, Driver, args);
    }
}
