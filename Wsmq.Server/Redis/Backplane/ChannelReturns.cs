using StackExchange.Redis;

namespace Wsmq.Server.Redis.Backplane;

/// <summary>
/// Unsubscribes channels at Redis, whatever the state of their connection. The driver sends <c>UNSUBSCRIBE</c> only for confirmed
/// subscriptions, and does not repeat a lost one: a <c>SUBSCRIBE</c> that is in flight, waits for a connection, or is being repeated on a
/// new one would otherwise stay subscribed for the lifetime of the connection.
/// </summary>
internal sealed class ChannelReturns : IDisposable
{
    // Always the same instance, so that each unsubscribe removes one earlier subscribe of it from the driver.
    private static readonly Action<RedisChannel, RedisValue> Nobody = static (_, _) => { };

    // When the connection changes, the driver resubscribes its list of channels one after another. A channel that is unsubscribed before
    // its turn is resubscribed nevertheless. The driver does not report when it is done; it takes milliseconds, unless its thread is
    // suspended in between.
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

    /// <summary>True once the connection is about to be closed, which ends all its subscriptions.</summary>
    public bool Ended => _stop.IsCancellationRequested;

    private bool IsSettling => Volatile.Read(ref _changes) > 0 && _time.GetElapsedTime(Volatile.Read(ref _changed)) < Settling;

    public void End() => _stop.Cancel();

    public void Dispose()
    {
        End();
        _stop.Dispose();
    }

    /// <summary>
    /// Unsubscribes a channel. When the method returns its task, the driver no longer delivers messages of the channel and does not
    /// resubscribe it on new connections. The task completes once Redis has confirmed; a subscription made in the meantime stays.
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
            // The subscription ends with the connection.
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
        _ => TryTakeBackAsync(channel), static (_, _) => { /* Redis is unavailable, which is logged elsewhere. */ }, _stop.Token);

    // Subscribes once more, after all commands in flight on the connection: once that is confirmed, the driver can unsubscribe it. On a
    // connection that was opened in the meantime the driver may already have started to resubscribe the channel.
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
            throw new TimeoutException("The connection changed during the unsubscribe.");
    }

    private Task UnsubscribeAsync(RedisChannel channel, Action<RedisChannel, RedisValue>? handler)
    {
        // The primary may have become a replica since; the driver does not send commands that demand a primary to it. PreferReplica
        // combined with the driver's own DemandMaster flag results in a demand for a replica.
        var at = _driver.SubscribedEndpoint(channel);
        var becameReplica = at is not null && Array.Exists(_driver.Multiplexer.GetServers(), s => s.IsReplica && s.EndPoint.Equals(at));
        return _driver.UnsubscribeAsync(channel, handler, becameReplica ? CommandFlags.PreferReplica : CommandFlags.None);
    }
}
