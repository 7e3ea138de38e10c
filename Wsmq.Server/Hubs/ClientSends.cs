using Microsoft.Extensions.Options;
using Wsmq.Server.Access;
using Wsmq.Server.Publishing;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Hubs;

/// <summary>What clients send: checked, put into its place, and authorized there.</summary>
internal sealed class ClientSends(MessageRules rules, AccessCheck access, PublishQueue queue, IOptions<WsmqOptions> options)
{
    /// <exception cref="WsmqException">The message is refused, or the store did not take it.</exception>
    public async Task<Receipt> SendAsync(Session session, OutgoingMessage? message)
    {
        // Acks share the hub's invocation limit with sends, and must not wait behind them.
        if (!session.TryBeginSend(options.Value.MaxOutstandingSends))
            throw new WsmqException(WsmqErrors.TooManySends, $"at most {options.Value.MaxOutstandingSends}");
        try
        {
            var accepted = rules.Check(message ?? throw new WsmqException(WsmqErrors.InvalidMessage, "it is null"), session.Caller.UserId);

            // No await up to here: SignalR starts a connection's calls in order, so that this is the sender's order.
            var admission = access.SendAsync(session.Caller, accepted.Request.To, accepted.ReplyTo, session.Connection.Aborted);
            return await queue.EnqueueAsync(accepted.Request, admission);
        }
        finally
        {
            session.EndSend();
        }
    }
}
