using Microsoft.Extensions.Options;

namespace Wsmq.Server.Publishing;

internal sealed class WsmqPublisher(MessageRules rules, PublishQueue queue, IOptions<WsmqOptions> options) : IWsmqPublisher
{
    public Task<Receipt> SendAsync<T>(Address to, T message, CancellationToken cancellationToken = default) => SendAsync(
        new OutgoingMessage
        {
            To = to.ToString(),
            Type = MessageTypeAttribute.NameOf(message?.GetType() ?? typeof(T)),
            Body = JsonBody.From(message, options.Value.Json),
        },
        cancellationToken);

    public async Task<Receipt> SendAsync(OutgoingMessage message, CancellationToken cancellationToken = default) =>
        await Enqueue(message).WaitAsync(cancellationToken);

    public async Task<IReadOnlyList<SendResult>> SendManyAsync(
        IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var sends = messages.Select(ResultAsync).ToArray();
        return await Task.WhenAll(sends).WaitAsync(cancellationToken);
    }

    private async Task<SendResult> ResultAsync(OutgoingMessage message)
    {
        try
        {
            return new SendResult(await Enqueue(message), null);
        }
        catch (WsmqException e)
        {
            return new SendResult(null, e);
        }
    }

    private Task<Receipt> Enqueue(OutgoingMessage message)
    {
        var send = new AwaitedSend(rules.Check(message, sender: null).Request);
        queue.Enqueue(send);
        return send.Receipt;
    }
}
