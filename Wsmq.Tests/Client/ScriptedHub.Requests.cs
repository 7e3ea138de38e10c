namespace Wsmq.Tests.Client;

/// <content>Requests.</content>
public sealed partial class ScriptedHub
{
    public Task<WsmqReply> Request(WsmqOutgoingMessage message, int timeout) => CallAsync<WsmqReply>(nameof(Request), message, timeout);

    public Task<bool> CancelRequest(string id) => CallAsync<bool>(nameof(CancelRequest), id);

    public async Task<WsmqWorkGrant> Respond(string? address, string[]? types, int credit)
    {
        script.Offers.Enqueue((address, types, credit));
        await script.OnAsked();
        return new WsmqWorkGrant(credit);
    }

    public Task<bool> Reply(string id, WsmqOutgoingMessage reply) => CallAsync<bool>(nameof(Reply), id, reply);

    public Task<bool> RefuseRequest(string id, string code, string? text) => CallAsync<bool>(nameof(RefuseRequest), id, code, text);

    public Task<bool> CompleteWith(string queue, string position, string token, string request, WsmqOutgoingMessage reply) =>
        CallAsync<bool>(nameof(CompleteWith), queue, position, token, request, reply);

    public Task<bool> RefuseJob(string queue, string position, string token, string request, string code, string? text) =>
        CallAsync<bool>(nameof(RefuseJob), queue, position, token, request, code, text);
}
