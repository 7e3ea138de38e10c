using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Wsmq.Server.Endpoints;

namespace Wsmq.Server.Hubs;

/// <summary>What the hub's handler needs beside what SignalR's needs.</summary>
internal sealed class HubParts(IOptions<HubOptions<WsmqHub>> options, OpenConnections open, TimeProvider time)
{
    public HubOptions<WsmqHub> Options => options.Value;

    public OpenConnections Open => open;

    public TimeProvider Time => time;
}
