using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Requests;

/// <summary>Checks what handlers have answered.</summary>
internal sealed class RequestAnswers(RequestRules rules, ILogger<RequestAnswers> logger)
{
    /// <summary>How a request has ended with an answer. A reply that is too large or malformed is a failure.</summary>
    public RequestOutcome OutcomeOf(RequestAnswer answer)
    {
        try
        {
            return answer.Reply is { } reply
                ? new RequestOutcome(RequestEnd.Replied, rules.CheckReply(reply, answer.Responder))
                : RequestOutcome.Failed(answer.Code, answer.Text);
        }
        catch (WsmqException e)
        {
            Log.ReplyRefused(logger, e);
            return RequestOutcome.Failed(WsmqRequestException.InvalidReply);
        }
    }
}
