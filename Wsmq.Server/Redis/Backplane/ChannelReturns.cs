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

    // Whenever the connection changes, the driver repeats its list of channels, one after another. One of the list may be given back
    // before its turn comes, and is repeated nevertheless. Nothing tells when the driver is through; it takes milliseconds, unless its
    // thread stands still in between.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

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
    }

    /// <summary>True once the connection is about to end, and all its subscriptions with it.</summary>
    public bool Ended => _stop.IsCancellationRequested;

    private bool IsSettling => Volatile.Read(ref _changes) > 0 && _time.GetElapsedTime(Volatile.Read(ref _changed)) < Settling;

    public void End() => _stop.Cancel();

    public void Dispose()
    {
        End();
        _stop.Dispose();
    }

    /// <summary>
    /// The driver passes on nothing of the channel any more when this returns, and repeats it on no new connection. The task ends
    /// once Redis has confirmed it; whoever subscribes meanwhile stays subscribed.
    /// </summary>
    public async Task ReturnAsync(RedisChannel channel)
    {
        try
        {
            if (!await IsGoneAsync(channel, handler: null))
                await TakeBackAsync(channel);
            while (IsSettling)
            {
                await Task.Delay(Settling, _time, _stop.Token);
                await TakeBackAsync(channel);
            }
        }
        catch (Exception) when (Ended)
        {
            // With the connection.
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
            await _driver.SubscribeAsync(channel, Nobody, CommandFlags.DemandMaster);
        }
        catch
        {
            await _driver.UnsubscribeAsync(channel, Nobody, CommandFlags.FireAndForget);
            throw;
        }

        if (!await IsGoneAsync(channel, Nobody))
            throw new TimeoutException("The connection changed meanwhile.");
    }

    private Task UnsubscribeAsync(RedisChannel channel, Action<RedisChannel, RedisValue>? handler)
    {
        // A primary may have become a replica since, to which the driver sends nothing that demands a primary. This flag added to
        // that one demands a replica.
        var at = _driver.SubscribedEndpoint(channel);
        var becameReplica = at is not null && Array.Exists(_driver.Multiplexer.GetServers(), s => s.IsReplica && s.EndPoint.Equals(at));
        return _driver.UnsubscribeAsync(channel, handler, becameReplica ? CommandFlags.PreferReplica : CommandFlags.None);
    }
}
