namespace Wsmq.Server.Api;

/// <summary><c>/groups</c>: the members of groups, for operators.</summary>
internal sealed class GroupEndpoints(OperatorRights rights, IWsmqGroups groups)
{
    public async Task ListMembersAsync(ApiCall call)
    {
        var group = await rights.OnGroupAsync(call, WsmqAction.View);
        await OperatorResponse.WriteTextsAsync(
            call, await AddressEndpoints.ReadAsync(call, stop => groups.ListMembersAsync(group, stop)));
    }

    public async Task AddMemberAsync(ApiCall call)
    {
        var group = await rights.OnGroupAsync(call, WsmqAction.ChangeMembers);
        var user = OperatorRights.UserOf(call).Name;
        if (RequestParameters.Position(call.Request, "from") is { } from)
            await groups.AddToGroupAsync(user, group, from, call.Aborted);
        else
            await groups.AddToGroupAsync(user, group, call.Aborted);
        call.NoContent();
    }

    public async Task RemoveMemberAsync(ApiCall call)
    {
        var group = await rights.OnGroupAsync(call, WsmqAction.ChangeMembers);
        await groups.RemoveFromGroupAsync(OperatorRights.UserOf(call).Name, group, call.Aborted);
        call.NoContent();
    }
}
