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
    private bool _isClosed;

    /// <summary>Offers to answer requests; returns the credit that it has.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>: the offer holds, but other nodes may know of it only later.</exception>
    public async Task<int> SetAsync(WsmqAddress address, IReadOnlyCollection<string>? types, int credit)
    {
        int granted;
        lock (_lock)
        {
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

    /// <summary>The connection no longer reads the address.</summary>
    public void Withdraw(WsmqAddress address)
    {
        lock (_lock)
        {
            if (!_registrations.TryGetValue(address, out var registration))
                return;
            responders.Set(registration, registration.Types, 0);
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

    public void Give(WsmqIncomingRequest request) => connection.Request(request);

    public void Cancel(string id) => connection.RequestCancelled(id);
}
