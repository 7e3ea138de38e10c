namespace Wsmq.Tests.Client;

/// <summary>
/// All clients that are connected to a scripted server. A client may report itself connected before the server can reach it: each call
/// waits until the server has a connection.
/// </summary>
internal sealed class Everyone(Script script, IWsmqReceiver all) : IWsmqReceiver
{
    public Task Receive(WsmqDelivery delivery) => CallAsync(() => all.Receive(delivery));

    public Task ReceiveMany(IReadOnlyList<WsmqDelivery> deliveries) => CallAsync(() => all.ReceiveMany(deliveries));

    public Task Gap(string source, string after, string before, string reason) => CallAsync(() => all.Gap(source, after, before, reason));

    public Task State(string source, IReadOnlyList<WsmqDelivery> deliveries, string? through) => CallAsync(() => all.State(source, deliveries, through));

    public Task Skipped(string source, string after, string through) => CallAsync(() => all.Skipped(source, after, through));

    public Task Cleared(string source, string position) => CallAsync(() => all.Cleared(source, position));

    public Task Live(WsmqLiveMessage message) => CallAsync(() => all.Live(message));

    public Task Stalled(string source, string position) => CallAsync(() => all.Stalled(source, position));

    public Task DeadLettered(string source, string position, int attempts) => CallAsync(() => all.DeadLettered(source, position, attempts));

    public Task Reconnect(int afterMilliseconds) => CallAsync(() => all.Reconnect(afterMilliseconds));

    public Task StoreState(bool available) => CallAsync(() => all.StoreState(available));

    public Task Job(WsmqJobDelivery job) => CallAsync(() => all.Job(job));

    public Task JobMany(IReadOnlyList<WsmqJobDelivery> jobs) => CallAsync(() => all.JobMany(jobs));

    public Task HandBackJobs(string queue) => CallAsync(() => all.HandBackJobs(queue));

    public Task JobCancelled(string queue, string position, string token) => CallAsync(() => all.JobCancelled(queue, position, token));

    public Task Presence(WsmqPresenceChange change) => CallAsync(() => all.Presence(change));

    public Task Request(WsmqIncomingRequest request) => CallAsync(() => all.Request(request));

    public Task RequestCancelled(string id) => CallAsync(() => all.RequestCancelled(id));

    public Task StatusChanged(IReadOnlyList<WsmqMessageStatus> changes) => CallAsync(() => all.StatusChanged(changes));

    private async Task CallAsync(Func<Task> call)
    {
        await Eventually.That("a client is connected", () => script.Connections > 0);
        await call();
    }
}
