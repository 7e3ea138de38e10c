namespace Wsmq.Server.Hubs;

/// <summary>What the hub calls for work queues and requests.</summary>
internal sealed class WorkParts(ClientWork work, ClientQueues queues, ClientRequests requests)
{
    public ClientWork Work => work;

    public ClientQueues Queues => queues;

    public ClientRequests Requests => requests;
}
