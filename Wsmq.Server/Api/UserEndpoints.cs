using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Api;

/// <summary><c>/users</c> and <c>/tokens</c>: groups, devices, dead letters and access of users, for operators.</summary>
internal sealed class UserEndpoints(
    OperatorRights rights, IWsmqGroups groups, IWsmqDevices devices, IWsmqDeadLetters deadLetters, IWsmqAccess access)
{
    private const int MostDeadLetters = 1_000;
    private const int UsualDeadLetters = 100;
    private const int MaxTokenId = 512;

    public async Task ListGroupsAsync(ApiCall call) => await OperatorResponse.WriteTextsAsync(
        call, await groups.ListGroupsAsync(await AllowedAsync(call, WsmqAction.View), call.Aborted));

    public async Task ListDevicesAsync(ApiCall call) => await OperatorResponse.WriteDevicesAsync(
        call, await devices.ListAsync(await AllowedAsync(call, WsmqAction.View), call.Aborted));

    public async Task RemoveDeviceAsync(ApiCall call) => await OperatorResponse.WriteAsync(
        call, await devices.RemoveAsync(await AllowedAsync(call, WsmqAction.Remove), OperatorRequest.TextOf(call, "device"), call.Aborted));

    public async Task ListDeadLettersAsync(ApiCall call)
    {
        var user = await AllowedAsync(call, WsmqAction.View);
        var max = (int)(OperatorRequest.Number(call, Wire.Max, 1, MostDeadLetters) ?? UsualDeadLetters);
        var after = LogRequest.Single(call.Context.Request, LogRequest.After);
        await OperatorResponse.WriteDeadLettersAsync(call, await deadLetters.ListAsync(user, after, max, call.Aborted));
    }

    public async Task ReadDeadLetterAsync(ApiCall call) => await OperatorResponse.WriteDeadLetterAsync(
        call, await deadLetters.ReadAsync(await AllowedAsync(call, WsmqAction.ReadBody), IdOf(call), call.Aborted));

    public async Task ReplayDeadLetterAsync(ApiCall call) => await OperatorResponse.WriteReceiptAsync(
        call, await deadLetters.ReplayAsync(await AllowedAsync(call, WsmqAction.Replay), IdOf(call), call.Aborted));

    public async Task RemoveDeadLetterAsync(ApiCall call) => await OperatorResponse.WriteAsync(
        call, await deadLetters.RemoveAsync(await AllowedAsync(call, WsmqAction.Remove), IdOf(call), call.Aborted));

    public async Task DisconnectAsync(ApiCall call)
    {
        await access.DisconnectAsync(await AllowedAsync(call, WsmqAction.Disconnect), call.Aborted);
        Done(call);
    }

    public async Task IsBannedAsync(ApiCall call) => await OperatorResponse.WriteAsync(
        call, await access.IsBannedAsync(await AllowedAsync(call, WsmqAction.View), call.Aborted));

    public async Task BanAsync(ApiCall call)
    {
        var user = await AllowedAsync(call, WsmqAction.Ban);
        await access.BanAsync(user, OperatorRequest.TimeOf(call, Wire.Until), call.Aborted);
        Done(call);
    }

    public async Task UnbanAsync(ApiCall call)
    {
        await access.UnbanAsync(await AllowedAsync(call, WsmqAction.Ban), call.Aborted);
        Done(call);
    }

    public async Task RevokeTokensAsync(ApiCall call)
    {
        var user = await AllowedAsync(call, WsmqAction.Revoke);
        await access.RevokeUserTokensAsync(user, OperatorRequest.TimeOf(call, "before"), call.Aborted);
        Done(call);
    }

    public async Task RevokeTokenAsync(ApiCall call)
    {
        await rights.RequireAsync(call, WsmqAction.Revoke, null);
        var token = OperatorRequest.TextOf(call, Wire.Token);
        if (token.Length > MaxTokenId)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"the id of a token has at most {MaxTokenId} characters");
        await access.RevokeTokenAsync(token, OperatorRequest.TimeOf(call, Wire.Expires), call.Aborted);
        Done(call);
    }

    private static string IdOf(ApiCall call) => OperatorRequest.TextOf(call, Wire.Id);

    private static void Done(ApiCall call) => call.Context.Response.StatusCode = StatusCodes.Status204NoContent;

    private async Task<string> AllowedAsync(ApiCall call, WsmqAction action)
    {
        var user = OperatorRequest.UserOf(call);
        await rights.RequireAsync(call, action, user);
        return user.Name;
    }
}
