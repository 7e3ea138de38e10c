namespace Wsmq.Server.Api;

/// <summary><c>/users</c> and <c>/tokens</c>: groups, devices, dead letters and access of users, for operators.</summary>
internal sealed class UserEndpoints(
    OperatorRights rights, IWsmqGroups groups, IWsmqDevices devices, IWsmqDeadLetters deadLetters, IWsmqAccess access)
{
    private const int MostDeadLetters = 1_000;
    private const int UsualDeadLetters = 100;
    private const int MaxTokenId = 512;

    public async Task ListGroupsAsync(ApiCall call) => await OperatorResponse.WriteTextsAsync(
        call, await groups.ListGroupsAsync(await rights.OnUserAsync(call, WsmqAction.View), call.Aborted));

    public async Task ListDevicesAsync(ApiCall call) => await OperatorResponse.WriteDevicesAsync(
        call, await devices.ListAsync(await rights.OnUserAsync(call, WsmqAction.View), call.Aborted));

    public async Task RemoveDeviceAsync(ApiCall call) => await OperatorResponse.WriteAsync(
        call, await devices.RemoveAsync(await rights.OnUserAsync(call, WsmqAction.Remove), call.InPath("device"), call.Aborted));

    public async Task ListDeadLettersAsync(ApiCall call)
    {
        var user = await rights.OnUserAsync(call, WsmqAction.View);
        var max = (int)(RequestParameters.Number(call.Request, Wire.Max, 1, MostDeadLetters) ?? UsualDeadLetters);
        var after = RequestParameters.Single(call.Request, LogRequest.After);
        await OperatorResponse.WriteDeadLettersAsync(
            call, await AddressEndpoints.ReadAsync(call, stop => deadLetters.ListAsync(user, after, max, stop)));
    }

    public async Task ReadDeadLetterAsync(ApiCall call)
    {
        var user = await rights.OnUserAsync(call, WsmqAction.ReadBody);
        await OperatorResponse.WriteDeadLetterAsync(
            call, await AddressEndpoints.ReadAsync(call, stop => deadLetters.ReadAsync(user, IdOf(call), stop)));
    }

    public async Task ReplayDeadLetterAsync(ApiCall call) => await OperatorResponse.WriteReceiptAsync(
        call, await deadLetters.ReplayAsync(await rights.OnUserAsync(call, WsmqAction.Replay), IdOf(call), call.Aborted));

    public async Task RemoveDeadLetterAsync(ApiCall call) => await OperatorResponse.WriteAsync(
        call, await deadLetters.RemoveAsync(await rights.OnUserAsync(call, WsmqAction.Remove), IdOf(call), call.Aborted));

    public async Task DisconnectAsync(ApiCall call)
    {
        await access.DisconnectAsync(await rights.OnUserAsync(call, WsmqAction.Disconnect), call.Aborted);
        call.NoContent();
    }

    public async Task IsBannedAsync(ApiCall call) => await OperatorResponse.WriteAsync(
        call, await access.IsBannedAsync(await rights.OnUserAsync(call, WsmqAction.View), call.Aborted));

    public async Task BanAsync(ApiCall call)
    {
        var user = await rights.OnUserAsync(call, WsmqAction.Ban);
        await access.BanAsync(user, RequestParameters.Time(call.Request, Wire.Until), call.Aborted);
        call.NoContent();
    }

    public async Task UnbanAsync(ApiCall call)
    {
        await access.UnbanAsync(await rights.OnUserAsync(call, WsmqAction.Ban), call.Aborted);
        call.NoContent();
    }

    public async Task RevokeTokensAsync(ApiCall call)
    {
        var user = await rights.OnUserAsync(call, WsmqAction.Revoke);
        await access.RevokeUserTokensAsync(user, RequestParameters.Time(call.Request, "before"), call.Aborted);
        call.NoContent();
    }

    public async Task RevokeTokenAsync(ApiCall call)
    {
        await rights.RequireAsync(call, WsmqAction.Revoke, null);
        var token = call.InPath(Wire.Token);
        if (token.Length > MaxTokenId)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"the id of a token has at most {MaxTokenId} characters");
        await access.RevokeTokenAsync(token, RequestParameters.Time(call.Request, Wire.Expires), call.Aborted);
        call.NoContent();
    }

    private static string IdOf(ApiCall call) => call.InPath(Wire.Id);
}
