using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Server.Stores.Redis.Journals;

namespace Wsmq.Server.Stores.Redis;

/// <summary>
/// Signals over pub/sub: one channel per node, on a Cluster one per node and bucket (sharded, because unsharded messages are broadcast
/// to every shard). An append finds the interested nodes in the meta of the address.
/// </summary>
internal sealed class RedisSignals : ISignals, IAsyncDisposable
{
    // The kind and the longest name. One UTF-8 byte decodes to at most one char.
    private const int LongestAddress = 8 + WsmqAddress.MaxNameBytes;

    private readonly RedisConnections _connections;
    private readonly RedisLanes _lanes;
    private readonly ILogger _logger;
    private readonly RedisInterest _interest;
    private readonly SignalProbe _probe;
    private readonly ConcurrentDictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Subscription>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly Dictionary<RedisLane, JournalSignals> _journals;
    private readonly Lock _lock = new();
    private Task _announcing = Task.CompletedTask;

    public RedisSignals(
        RedisConnections connections, RedisKeys keys, RedisLanes lanes, WsmqOptions options, SignalProbe probe, ILogger logger)
    {
        (_connections, _lanes, _probe, _logger) = (connections, lanes, probe, logger);
        _interest = new RedisInterest(connections, keys, lanes, Hears, options.Delivery.AckGrace);
        _byText = _subscriptions.GetAlternateLookup<ReadOnlySpan<char>>();
        _journals = [];
    }

    public event Action? Restored;

    /// <summary>Subscribes to this node's channels.</summary>
    public async Task StartAsync()
    {
        _connections.SignalLine.Restored += OnRestored;
        _probe.Start();
        foreach (var lane in _lanes.All)
            _journals[lane] = new JournalSignals(Dispatch);
        await Task.WhenAll(_lanes.All.Select(lane =>
            _connections.Channels.ListenAsync(lane.Channel, message => Handle(lane, message))));
    }

    public bool Hears(WsmqAddress address) => _subscriptions.ContainsKey(address.ToString());

    public async Task<IAsyncDisposable> SubscribeAsync(WsmqAddress address, Action<Signal> handler, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var subscription = new Subscription(this, address, handler);
        _subscriptions[subscription.Text] = subscription;
        try
        {
            await _interest.ReportAsync(address).WaitAsync(cancellationToken);
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }

        return subscription;
    }

    public async ValueTask DisposeAsync()
    {
        _connections.SignalLine.Restored -= OnRestored;
        await _announcing;
        await _interest.StopAsync();
    }

    private void Handle(RedisLane lane, ReadOnlyMemory<byte> message)
    {
        _probe.Heard(lane);
        if (SignalProbe.IsProbe(message.Span))
            return;
        if (JournalSignals.IsPart(message.Span))
        {
            if (!_journals[lane].TryRead(message))
                Log.UnreadableSignal(_logger);
            return;
        }

        var reader = new RedisSignalReader(message);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryRead(out var signal))
            {
                Log.UnreadableSignal(_logger);
                return;
            }

            Dispatch(reader.Address, signal);
        }
    }

    private void Dispatch(ReadOnlySpan<byte> address, Signal signal)
    {
        if (address.Length > LongestAddress)
            return;
        Span<char> text = stackalloc char[LongestAddress];
        text = text[..Encoding.UTF8.GetChars(address, text)];
        if (_byText.TryGetValue(text, out var subscription))
            Deliver(subscription, signal);
        else if (WsmqAddress.TryParse(text.ToString(), out var unheard, out _))
            // Redis was not notified, or not in time, that the last reader has left: report it again.
            _ = _interest.ReportAsync(unheard);
    }

    private void Deliver(Subscription subscription, Signal signal)
    {
        try
        {
            subscription.Handler(signal);
        }
        catch (Exception e)
        {
            // An exception in one reader must not drop the signals for others in the same message.
            Log.SignalHandlerFailed(_logger, e, subscription.Text);
        }
    }

    private void Remove(Subscription subscription)
    {
        if (_subscriptions.TryRemove(KeyValuePair.Create(subscription.Text, subscription)))
            _ = _interest.ReportAsync(subscription.Address);
    }

    // The event is raised once per server and kind of connection. The announcements run one after another, so that the last one is final.
    private void OnRestored()
    {
        lock (_lock)
            _announcing = AnnounceAsync(_announcing);
    }

    // The driver resubscribes on the same connection, so an answer to a ping on it means that the subscriptions are restored. Readers are
    // notified even without an answer: they may have missed signals, and read the store until that succeeds.
    private async Task AnnounceAsync(Task before)
    {
        await before;
        try
        {
            await _connections.Subscriptions.GetSubscriber().PingAsync(CommandFlags.DemandMaster);
        }
        catch (Exception e) when (e is RedisException or WsmqException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            Log.SignalsNotRestored(_logger, e);
        }

        Restored?.Invoke();
    }

    private sealed class Subscription(RedisSignals owner, WsmqAddress address, Action<Signal> handler) : IAsyncDisposable
    {
        public WsmqAddress Address => address;

        public string Text { get; } = address.ToString();

        public Action<Signal> Handler => handler;

        public ValueTask DisposeAsync()
        {
            owner.Remove(this);
            return ValueTask.CompletedTask;
        }
    }
}
