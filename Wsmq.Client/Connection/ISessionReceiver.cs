namespace Wsmq;

/// <summary>The server's calls. SignalR runs them one after another and queues further ones without limit: they must not wait.</summary>
internal interface ISessionReceiver
{
    void Receive(WsmqDelivery delivery);

    void ReceiveMany(IReadOnlyList<WsmqDelivery> deliveries);

    void Gap(string source, string after, string before, string reason);

    /// <summary>A whole state, see <see cref="StateCalls"/>.</summary>
    void State(string source, IReadOnlyList<WsmqDelivery> deliveries, string through);

    void Skipped(string source, string after, string through);

    void Cleared(string source, string position);

    void Live(WsmqLiveMessage message);

    void Stalled(string source, string position);

    void DeadLettered(string source, string position, int attempts);

    void StoreState(bool available);

    void JobMany(IReadOnlyList<WsmqJobDelivery> jobs);

    void HandBackJobs(string queue);

    void JobCancelled(string queue, string position, string token);

    void Presence(WsmqPresenceChange change);

    void Request(WsmqIncomingRequest request);

    void RequestCancelled(string id);

    void StatusChanged(IReadOnlyList<WsmqMessageStatus> changes);
}
