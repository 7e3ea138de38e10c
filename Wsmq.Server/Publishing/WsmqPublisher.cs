using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

internal sealed class WsmqPublisher(
    MessageRules rules, StartGate start, PublishQueue queue, IStore store, IOptions<WsmqOptions> wsmq) : IWsmqPublisher
{
    public Task<WsmqReceipt> SendAsync<T>(WsmqAddress to, T message, CancellationToken cancellationToken = default) =>
        SendAsync(TypedBody.Message(to, message, TypedBody.ByReflection<T>(wsmq.Value.Publish.Json), null), cancellationToken);

    public Task<WsmqReceipt> SendAsync<T>(WsmqAddress to, T message, WsmqSendOptions? options, CancellationToken cancellationToken = default) =>
        SendAsync(TypedBody.Message(to, message, TypedBody.ByReflection<T>(wsmq.Value.Publish.Json), options), cancellationToken);

    public Task<WsmqReceipt> SendAsync<T>(
        WsmqAddress to, T message, JsonTypeInfo<T> typeInfo, WsmqSendOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync(TypedBody.Message(to, message, typeInfo, options), cancellationToken);

    public async Task<WsmqReceipt> SendAsync(WsmqOutgoingMessage message, CancellationToken cancellationToken = default) =>
        await Enqueue(message).WaitAsync(cancellationToken);

    public async Task<IReadOnlyList<WsmqSendResult>> SendManyAsync(
        IReadOnlyList<WsmqOutgoingMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var sends = messages.Select(ResultAsync).ToArray();
        return await Task.WhenAll(sends).WaitAsync(cancellationToken);
    }

    public Task<WsmqReceipt> RemoveStateAsync(
        WsmqAddress address, string key, WsmqSendOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync(OutgoingRemoval.Of(address, key, options), cancellationToken);

    public async Task<bool> CancelDelayedAsync(WsmqAddress to, string id, CancellationToken cancellationToken = default)
    {
        var (address, name) = rules.CheckDelayed(to.ToString(), id);
        await start.WaitAsync(cancellationToken);
        return await store.Delayed.CancelAsync(address, MessageRules.AppScope, name, cancellationToken);
    }

    private async Task<WsmqSendResult> ResultAsync(WsmqOutgoingMessage message)
    {
        try
        {
            return new WsmqSendResult(await Enqueue(message), null);
        }
        catch (WsmqException e)
        {
            return new WsmqSendResult(null, e);
        }
    }

    private Task<WsmqReceipt> Enqueue(WsmqOutgoingMessage message)
    {
        var (request, refusal) = Check(message);
        var send = new AwaitedSend(request, new ValueTask<WsmqException?>(refusal));
        // Not awaited: the queue keeps the order of the calls, and reports their outcome.
        _ = start.Begin();
        queue.Enqueue(send);
        return send.Receipt;
    }

    // A refusal goes through the queue if it uses up a number.
    private (AppendRequest Request, WsmqException? Refusal) Check(WsmqOutgoingMessage message)
    {
        try
        {
            return (rules.Check(message, sender: null).Request, null);
        }
        catch (WsmqException e) when (rules.UseUp(message, sender: null, e) is { } used)
        {
            return (used.Request, e);
        }
    }
}
