using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Wsmq.Server.Requests;

internal sealed class WsmqRequests(RequestRules rules, RequestService requests, IOptions<WsmqOptions> options) : IWsmqRequests
{
    public async Task<TReply?> RequestAsync<TReply>(
        WsmqAddress to, object body, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        var json = options.Value.Publish.Json;
        var reply = await RequestAsync(TypedBody.Message(to, body, TypedBody.ByReflection<object>(json), null), timeout, cancellationToken);
        return reply.Data is null
            ? (reply.Body ?? default).To(TypedBody.ByReflection<TReply>(json))
            : throw new JsonException("The body of the reply is bytes, not JSON: use the overload that returns a WsmqReply.");
    }

    public Task<WsmqReply> RequestAsync(WsmqOutgoingMessage message, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return requests.AskAsync(message, rules.Check(message, null, timeout), null, cancellationToken);
    }
}
