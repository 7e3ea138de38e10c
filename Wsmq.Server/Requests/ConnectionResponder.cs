using Wsmq.Server.Connections;

namespace Wsmq.Server.Requests;

/// <summary>A connection that answers requests.</summary>
/// <param name="connection">The connection.</param>
/// <param name="responders">The responders of the node.</param>
/// <param name="entries">What the store says of the node.</param>
internal sealed class ConnectionResponder(NodeConnection connection, LocalResponders responders, ResponderEntries entries) : IResponder
{
    /// <summary>The most requests that a connection accepts at a time, for all addresses together.</summary>
    public const int MostCredit = 1_024;

    private readonly Lock _lock = new();
    private readonly Dictionary<WsmqAddress, Registration> _registrations = [];

    // The credit of offers at addresses that the connection has stopped to read. Null for most connections.
    private Dictionary<WsmqAddress, int>? _withdrawn;
    private bool _isClosed;
    private int _unwritten;

    /// <summary>A request waits for the client to read: others would take memory here.</summary>
    public bool IsBlocked => Volatile.Read(ref _unwritten) > 0;

    /// <summary>Offers to answer requests; returns the credit that it has.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>: the offer holds, but other nodes may know of it only later.</exception>
    public async Task<int> SetAsync(WsmqAddress address, IReadOnlyCollection<string>? types, int credit)
    {
        int granted;
        lock (_lock)
        {
            _withdrawn?.Remove(address);
            var others = _registrations.Sum(r => r.Key == address ? 0 : r.Value.Credit);
            granted = _isClosed ? 0 : Math.Max(0, Math.Min(credit, MostCredit - others));
            if (!_registrations.TryGetValue(address, out var registration))
            {
                if (granted == 0)
                    return 0;
                _registrations.Add(address, registration = new Registration(this, address));
            }

            responders.Set(registration, types, granted);
        }

        await entries.UpdateAsync(address, CancellationToken.None);
        return granted;
    }

    /// <summary>The connection no longer reads the address: its offer holds again once it does.</summary>
    public void Withdraw(WsmqAddress address)
    {
        lock (_lock)
        {
            if (!_registrations.TryGetValue(address, out var registration) || registration.Credit == 0)
                return;
            (_withdrawn ??= [])[address] = registration.Credit;
            responders.Set(registration, registration.Types, 0);
        }

        entries.Update(address);
    }

    /// <summary>The connection reads the address again.</summary>
    public void Restore(WsmqAddress address)
    {
        lock (_lock)
        {
            if (_isClosed || _withdrawn?.Remove(address, out var credit) != true || !_registrations.TryGetValue(address, out var registration))
                return;
            var granted = Math.Min(credit, MostCredit - _registrations.Values.Sum(r => r.Credit));
            responders.Set(registration, registration.Types, Math.Max(0, granted));
        }

        entries.Update(address);
    }

    /// <summary>The connection has ended.</summary>
    public void Close()
    {
        Registration[] all;
        lock (_lock)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            all = [.. _registrations.Values];
        }

        responders.Leave(all);
        foreach (var registration in all)
            entries.Update(registration.Address);
    }

    /// <inheritdoc cref="LocalResponders.AnswerAsync"/>
    public Task<bool?> AnswerAsync(string id, RequestOutcome outcome) => responders.AnswerAsync(this, id, outcome);

    public void Give(WsmqIncomingRequest request)
    {
        var writing = connection.Request(request);
        if (writing.IsCompleted)
            return;
        Interlocked.Increment(ref _unwritten);
        _ = writing.ContinueWith(_ => Written(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    public void Cancel(string id) => connection.RequestCancelled(id);

    private void Written()
    {
        if (Interlocked.Decrement(ref _unwritten) > 0)
            return;
        Registration[] all;
        lock (_lock)
            all = [.. _registrations.Values];
        responders.Unblocked(all);
    }
}
