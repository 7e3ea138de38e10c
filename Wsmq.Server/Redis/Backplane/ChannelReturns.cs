using StackExchange.Redis;

namespace Wsmq.Server.Redis.Backplane;

/// <summary>
/// Gives channels back at Redis, whatever their connection is doing. The driver sends <c>UNSUBSCRIBE</c> only for what is confirmed,
/// and not again where that got lost: a <c>SUBSCRIBE</c> that is on its way, waits for a connection, or is repeated on a new one at
/// this moment would stay there for as long as the connection does.
/// </summary>
internal sealed class ChannelReturns : IDisposable
{
    // The same one always: the driver takes out as many of these as are asked for.
    private static readonly Action<RedisChannel, RedisValue> Nobody = static (_, _) => { };

    // Whenever the connection or the servers change, the driver walks through its list of channels and repeats what is not confirmed.
    // One that is given back while the walk is at it may be repeated nevertheless, by a thread that stood still in between; nothing
    // tells when the driver is through.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    // All users of a node may have left together, and pushes use the same connection.
    private const int RepeatedAtATime = 256;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _repeating = new(RepeatedAtATime);
    private readonly CancellationTokenSource _stop = new();
    private readonly ISubscriber _driver;
    private readonly TimeProvider _time;
    private int _changes;
    private long _changed;

    public ChannelReturns(IConnectionMultiplexer driver, TimeProvider time)
    {
        (_driver, _time) = (driver.GetSubscriber(), time);
        driver.ConnectionFailed += (_, _) => Changed();
        driver.ConnectionRestored += (_, _) => Changed();
        driver.ConfigurationChanged += (_, _) => Changed();
        driver.HashSlotMoved += (_, _) => Changed();
    }

    /// <summary>True once the connection is about to end, and all its subscriptions with it.</summary>
    public bool Ended => _stop.IsCancellationRequested;

    private bool IsSettling => Volatile.Read(ref _changes) > 0 && _time.GetElapsedTime(Volatile.Read(ref _changed)) < Settling;

    public void End() => _stop.Cancel();

    public void Dispose()
    {
        End();
        _stop.Dispose();
        _repeating.Dispose();
    }

    /// <summary>Subscribes as the driver does. One channel is not subscribed and given back at the same moment: either could win.</summary>
    public Task<ChannelMessageQueue> SubscribeAsync(RedisChannel channel, CommandFlags flags)
    {
        lock (_lock)
            return _driver.SubscribeAsync(channel, flags);
    }

    /// <summary>
    /// The driver passes on nothing of the channel any more when this returns, and repeats it on no new connection. The task ends
    /// once Redis has been told, and told once more where the connection had just changed; whoever subscribes meanwhile stays subscribed.
    /// </summary>
    public async Task ReturnAsync(RedisChannel channel)
    {
        try
        {
            if (!await IsGoneAsync(channel, handler: null))
                await TakeBackAsync(channel);
            for (var again = IsSettling; again;)
            {
                await Task.Delay(Settling, _time, _stop.Token);
                var changes = Volatile.Read(ref _changes);
                await RepeatAsync(channel);

                // A channel that the driver does not know any more is not repeated by what changes later.
                again = changes != Volatile.Read(ref _changes);
            }
        }
        catch (Exception) when (Ended)
        {
            // With the connection.
        }
    }

    private async Task RepeatAsync(RedisChannel channel)
    {
        await _repeating.WaitAsync(_stop.Token);
        try
        {
            await TakeBackAsync(channel);
        }
        finally
        {
            _repeating.Release();
        }
    }

    private void Changed()
    {
        Volatile.Write(ref _changed, _time.GetTimestamp());
        Interlocked.Increment(ref _changes);
    }

    private async Task<bool> IsGoneAsync(RedisChannel channel, Action<RedisChannel, RedisValue>? handler)
    {
        var changes = Volatile.Read(ref _changes);
        var confirmed = _driver.SubscribedEndpoint(channel) is not null && _driver.IsConnected(channel);
        try
        {
            await UnsubscribeAsync(channel, handler);
            return confirmed && changes == Volatile.Read(ref _changes);
        }
        catch (Exception) when (!Ended)
        {
            return false;
        }
    }

    private Task TakeBackAsync(RedisChannel channel) => new Backoff(_time).RetryAsync(
        _ => TryTakeBackAsync(channel), static (_, _) => { /* Redis is away, of which others speak. */ }, _stop.Token);

    // A subscription of one's own, behind all that is under way on the connection: once it is confirmed, it can be taken back. On a
    // connection that was made anew meanwhile the driver may already have begun to repeat it.
    private async Task TryTakeBackAsync(RedisChannel channel)
    {
        try
        {
            await SubscribeNobodyAsync(channel);
        }
        catch
        {
            await GiveBackAsync(channel, Nobody, CommandFlags.FireAndForget);
            throw;
        }

        if (!await IsGoneAsync(channel, Nobody))
            throw new TimeoutException("The connection changed meanwhile.");
    }

    private Task SubscribeNobodyAsync(RedisChannel channel)
    {
        lock (_lock)
            return _driver.SubscribeAsync(channel, Nobody, CommandFlags.DemandMaster);
    }

    private Task UnsubscribeAsync(RedisChannel channel, Action<RedisChannel, RedisValue>? handler)
    {
        // A primary may have become a replica since, to which the driver sends nothing that demands a primary. This flag added to
        // that one demands a replica.
        var at = _driver.SubscribedEndpoint(channel);
        var becameReplica = at is not null && Array.Exists(_driver.Multiplexer.GetServers(), s => s.IsReplica && s.EndPoint.Equals(at));
        return GiveBackAsync(channel, handler, becameReplica ? CommandFlags.PreferReplica : CommandFlags.None);
    }

    // The driver takes out the handler, then the channel, then sends: a subscription in between would be taken for one that stands.
    private Task GiveBackAsync(RedisChannel channel, Action<RedisChannel, RedisValue>? handler, CommandFlags flags)
    {
        lock (_lock)
            return _driver.UnsubscribeAsync(channel, handler, flags);
    }
}
