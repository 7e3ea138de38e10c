using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// Signals within the process, sent by the writer after each commit and thus in the order of the commits. A subscription belongs
/// to its store: two stores in one process do not receive each other's signals.
/// </summary>
internal sealed class LocalSignals(ILogger logger) : ISignals
{
    private readonly ConcurrentDictionary<WsmqAddress, ImmutableArray<Subscription>> _subscriptions = new();

    /// <summary>Never raised: signals are direct calls and cannot be lost.</summary>
    public event Action? Restored
    {
        add { }
        remove { }
    }

    public Task<IAsyncDisposable> SubscribeAsync(WsmqAddress address, Action<Signal> handler, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<IAsyncDisposable>(cancellationToken);
        // A list, although there is usually one handler: a feed that closes while the next one opens must not remove the next one.
        var subscription = new Subscription(this, address, handler);
        _subscriptions.AddOrUpdate(address, _ => [subscription], (_, others) => others.Add(subscription));
        return Task.FromResult<IAsyncDisposable>(subscription);
    }

    public void Send(WsmqAddress address, Signal signal)
    {
        if (!_subscriptions.TryGetValue(address, out var subscriptions))
            return;
        foreach (var subscription in subscriptions)
            Deliver(subscription, signal);
    }

    private void Deliver(Subscription subscription, Signal signal)
    {
        try
        {
            subscription.Handler(signal);
        }
        catch (Exception e)
        {
            // An exception in a reader must not stop the writer, which all callers share.
            Log.SqliteHandlerFailed(logger, subscription.Address, e);
        }
    }

    private void Remove(Subscription subscription)
    {
        while (_subscriptions.TryGetValue(subscription.Address, out var current))
        {
            var rest = current.Remove(subscription);
            var done = rest.IsEmpty
                ? _subscriptions.TryRemove(KeyValuePair.Create(subscription.Address, current))
                : _subscriptions.TryUpdate(subscription.Address, rest, current);
            if (done)
                return;
        }
    }

    private sealed class Subscription(LocalSignals owner, WsmqAddress address, Action<Signal> handler) : IAsyncDisposable
    {
        public WsmqAddress Address => address;

        public Action<Signal> Handler => handler;

        public ValueTask DisposeAsync()
        {
            owner.Remove(this);
            return ValueTask.CompletedTask;
        }
    }
}
