using Wsmq.Server.Budgets;
using Wsmq.Server.Hubs;

namespace Wsmq;

/// <content>Requests and their answers.</content>
public sealed partial class WsmqHub
{
    /// <inheritdoc cref="IWsmqHub.Request"/>
    public async Task<WsmqReply> Request(WsmqOutgoingMessage message, WsmqNumberArgument timeout)
    {
        var reply = await _requests.AskAsync(Begin(HeldBytes.Of(message)), message, timeout);

        // Until it is written, as other results.
        var bytes = HeldBytes.Of(reply);
        _budget!.Charge(bytes);
        _held += bytes;
        return reply;
    }

    /// <inheritdoc cref="IWsmqHub.CancelRequest"/>
    public Task<bool> CancelRequest(WsmqTextArgument id) => ClientRequests.CancelAsync(Begin(), id.Value);

    /// <inheritdoc cref="IWsmqHub.Respond"/>
    public Task<WsmqWorkGrant> Respond(WsmqTextArgument address, WsmqTextsArgument types, WsmqNumberArgument credit) =>
        _requests.RespondAsync(Begin(), address.Value, types, credit);

    /// <inheritdoc cref="IWsmqHub.Reply"/>
    public Task<bool> Reply(WsmqTextArgument id, WsmqOutgoingMessage reply) =>
        _requests.ReplyAsync(Begin(HeldBytes.Of(reply)), id.Value, reply);

    /// <inheritdoc cref="IWsmqHub.RefuseRequest"/>
    public Task<bool> RefuseRequest(WsmqTextArgument id, WsmqTextArgument code, WsmqTextArgument text) =>
        ClientRequests.RefuseAsync(Begin(), id.Value, code.Value, text.Value);

    /// <inheritdoc cref="IWsmqHub.CompleteWith"/>
    public Task<bool> CompleteWith(
        WsmqTextArgument queue, WsmqTextArgument position, WsmqTextArgument token, WsmqTextArgument request, WsmqOutgoingMessage reply)
    {
        var session = Begin(HeldBytes.Of(reply));
        return _work.AnswerAsync(
            session, queue.Value, position.Value, token.Value, () => _requests.AnswerOf(session, request.Value, reply));
    }

    /// <inheritdoc cref="IWsmqHub.RefuseJob"/>
    public Task<bool> RefuseJob(
        WsmqTextArgument queue, WsmqTextArgument position, WsmqTextArgument token, WsmqTextArgument request, WsmqTextArgument code,
        WsmqTextArgument text) =>
        _work.AnswerAsync(
            Begin(), queue.Value, position.Value, token.Value, () => ClientRequests.AnswerOf(request.Value, code.Value, text.Value));
}
