using Microsoft.AspNetCore.SignalR;
using Wsmq;

namespace OrderService;

/// <summary>On the wire: the type <c>order-shipped</c>, and the properties in camel case.</summary>
[WsmqMessageType("order-shipped")]
internal sealed record OrderShipped(string Order, string Carrier);

/// <summary>Tells customers about their orders: once for good, and while it happens.</summary>
internal sealed class Orders(IWsmqPublisher wsmq, IHubContext<WsmqHub, IWsmqReceiver> live)
{
    /// <summary>
    /// Durable: the customer gets it, now or when the phone is back. The id is the order's own, so that a repeated call stores
    /// nothing twice.
    /// </summary>
    public Task<WsmqReceipt> ShippedAsync(string customer, OrderShipped shipped, CancellationToken cancellationToken) =>
        wsmq.SendAsync(WsmqAddress.User(customer), shipped, new WsmqSendOptions { Id = $"shipped-{shipped.Order}" }, cancellationToken);

    /// <summary>Live: for clients that are connected now, and gone otherwise.</summary>
    public Task PackingAsync(string customer, string order, int percent) => live.Clients.User(customer).Live(
        new WsmqLiveMessage { Type = "order-packing", Body = WsmqJsonBody.From(new { order, percent }) });
}
