using StackExchange.Redis;
using Wsmq.Server.Concurrency;

namespace Wsmq.Server.Live;

/// <summary>
/// Unsubscribes channels at Redis, whatever the state of their connection. The driver sends <c>UNSUBSCRIBE</c> only for confirmed
/// subscriptions, and does not repeat a lost one: a <c>SUBSCRIBE</c> that is in flight, waits for a connection, or is being repeated on a
/// new one would otherwise stay subscribed for the lifetime of the connection.
/// </summary>
internal sealed class ChannelReturns : IDisposable
{
    // Always the same instance, so that each unsubscribe removes one earlier subscribe of it from the driver.
    private static readonly Action<RedisChannel, RedisValue> Nobody = static (_, _) => { };

    // Whenever the connection or the topology changes, the driver walks through its list of channels and resubscribes those that are not
    // confirmed. A channel that is unsubscribed during this walk may be resubscribed nevertheless, if the driver's thread is suspended in
    // between. The driver does not report when it is done.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    // Bounds the load on the connection, which live pushes share, when all users of a node have left together.
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

    /// <summary>True once the connection is about to be closed, which ends all its subscriptions.</summary>
    public bool Ended => _stop.IsCancellationRequested;

    private bool IsSettling => Volatile.Read(ref _changes) > 0 && _time.GetElapsedTime(Volatile.Read(ref _changed)) < Settling;

    public void End() => _stop.Cancel();

    public void Dispose()
    {
        End();
        _stop.Dispose();
        _repeating.Dispose();
    }

    /// <summary>Subscribes as the driver does, but never while the same channel is being unsubscribed: the result would be undefined.</summary>
    public Task<ChannelMessageQueue> SubscribeAsync(RedisChannel channel, CommandFlags flags)
    {
        lock (_lock)
            return _driver.SubscribeAsync(channel, flags);
    }

    /// <summary>
    /// Unsubscribes a channel. When the method returns its task, the driver no longer delivers messages of the channel and does not
    /// resubscribe it on new connections. The task completes once the unsubscribe was sent, and was repeated if the connection had just
    /// changed; a subscription made in the meantime stays.
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

                // Once the driver has removed the channel from its list, later changes do not resubscribe it.
                again = changes != Volatile.Read(ref _changes);
            }
        }
        catch (Exception) when (Ended)
        {
            // The subscription ends with the connection.
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
        _ => TryTakeBackAsync(channel), static (_, _) => { /* Redis is unavailable, which is logged elsewhere. */ }, _stop.Token);

    // Subscribes once more, after all commands in flight on the connection: once that is confirmed, the driver can unsubscribe it. On a
    // connection that was opened in the meantime the driver may already have started to resubscribe the channel.
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
            throw new TimeoutException("The connection changed during the unsubscribe.");
    }

    private Task SubscribeNobodyAsync(RedisChannel channel)
    {
        lock (_lock)
            return _driver.SubscribeAsync(channel, Nobody, CommandFlags.DemandMaster);
    }

    private Task UnsubscribeAsync(RedisChannel channel, Action<RedisChannel, RedisValue>? handler)
    {
        // The primary may have become a replica since; the driver does not send commands that demand a primary to it. PreferReplica
        // combined with the driver's own DemandMaster flag results in a demand for a replica.
        var at = _driver.SubscribedEndpoint(channel);
        var becameReplica = at is not null && Array.Exists(_driver.Multiplexer.GetServers(), s => s.IsReplica && s.EndPoint.Equals(at));
        return GiveBackAsync(channel, handler, becameReplica ? CommandFlags.PreferReplica : CommandFlags.None);
    }

    // The driver removes the handler, then the channel, then sends: a subscribe in between would find the channel still subscribed.
    private Task GiveBackAsync(RedisChannel channel, Action<RedisChannel, RedisValue>? handler, CommandFlags flags)
    {
        lock (_lock)
            return _driver.UnsubscribeAsync(channel, handler, flags);
    }
}
