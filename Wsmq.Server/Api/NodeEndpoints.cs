using System.Text.Json;
using Wsmq.Server.Nodes;

namespace Wsmq.Server.Api;

/// <summary>
/// <c>/nodes</c>, and the connections of users: what only the nodes know, for operators. Each request counts as a read: it may make all
/// nodes answer.
/// </summary>
internal sealed class NodeEndpoints(OperatorRights rights, IWsmqNodes nodes)
{
    public async Task ListAsync(ApiCall call)
    {
        await rights.RequireAsync(call, WsmqAction.View, null);
        await call.Limits.ThrottleReadAsync(call.Aborted);
        var list = await nodes.ListAsync(call.Aborted);
        await WriteAsync(call, JsonSerializer.SerializeToUtf8Bytes(list, NodesJson.Relaxed.WsmqNodeList));
    }

    public async Task ListConnectionsAsync(ApiCall call)
    {
        var user = await rights.OnUserAsync(call, WsmqAction.View);
        await call.Limits.ThrottleReadAsync(call.Aborted);
        var found = await nodes.ConnectionsAsync(user, call.Aborted);
        await WriteAsync(call, JsonSerializer.SerializeToUtf8Bytes(found, NodesJson.Relaxed.WsmqUserConnections));
    }

    private static Task WriteAsync(ApiCall call, byte[] json) => JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, json);
}
