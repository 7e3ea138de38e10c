using Microsoft.AspNetCore.SignalR;
using Wsmq;

namespace OrderService;

/// <summary>On the wire: the type is <c>order-shipped</c>, and the properties are in camel case.</summary>
[WsmqMessageType("order-shipped")]
internal sealed record OrderShipped(string Order, string Carrier);

/// <summary>Notifies customers about their orders: with a durable message, and with live messages.</summary>
internal sealed class Orders(IWsmqPublisher wsmq, IHubContext<WsmqHub, IWsmqReceiver> live)
{
    /// <summary>
    /// Durable: the customer receives it, now or once the phone is connected again. The id is derived from the order, so that a repeated
    /// call does not store a second message.
    /// </summary>
    public Task<WsmqReceipt> ShippedAsync(string customer, OrderShipped shipped, CancellationToken cancellationToken) =>
        wsmq.SendAsync(WsmqAddress.User(customer), shipped, new WsmqSendOptions { Id = $"shipped-{shipped.Order}" }, cancellationToken);

    /// <summary>Live: only for clients that are connected now.</summary>
    public Task PackingAsync(string customer, string order, int percent) => live.Clients.User(customer).Live(
        WsmqLiveMessage.From(new { order, percent }, "order-packing"));
}
