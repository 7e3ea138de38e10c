using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Api;

/// <summary><c>/groups</c>: the members of groups, for operators.</summary>
internal sealed class GroupEndpoints(OperatorRights rights, IWsmqGroups groups)
{
    private const string Group = "group";

    public async Task ListMembersAsync(ApiCall call)
    {
        var group = await AllowedAsync(call, WsmqAction.View);
        await OperatorResponse.WriteTextsAsync(call, await groups.ListMembersAsync(group, call.Aborted));
    }

    public async Task AddMemberAsync(ApiCall call)
    {
        var group = await AllowedAsync(call, WsmqAction.ChangeMembers);
        await groups.AddToGroupAsync(OperatorRequest.UserOf(call).Name, group, call.Aborted);
        call.Context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task RemoveMemberAsync(ApiCall call)
    {
        var group = await AllowedAsync(call, WsmqAction.ChangeMembers);
        await groups.RemoveFromGroupAsync(OperatorRequest.UserOf(call).Name, group, call.Aborted);
        call.Context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task<string> AllowedAsync(ApiCall call, WsmqAction action)
    {
        var group = WsmqAddress.Group(LogRequest.InPath(call.Context.Request, Group) ?? string.Empty);
        await rights.RequireAsync(call, action, group);
        return group.Name;
    }
}
