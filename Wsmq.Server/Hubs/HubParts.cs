using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Wsmq.Server.Connections;

namespace Wsmq.Server.Hubs;

/// <summary>The dependencies of <see cref="HubHandler"/> in addition to those of SignalR's handler.</summary>
internal sealed class HubParts(IOptions<HubOptions<WsmqHub>> options, OpenConnections open, TimeProvider time)
{
    public HubOptions<WsmqHub> Options => options.Value;

    public OpenConnections Open => open;

    public TimeProvider Time => time;
}
