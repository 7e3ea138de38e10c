using Microsoft.AspNetCore.SignalR;
using Wsmq;

namespace OrderService;

/// <summary>On the wire: the type <c>order-shipped</c>, and the properties in camel case.</summary>
[MessageType("order-shipped")]
internal sealed record OrderShipped(string Order, string Carrier);

/// <summary>Tells customers about their orders: once for good, and while it happens.</summary>
internal sealed class Orders(IWsmqPublisher wsmq, IHubContext<WsmqHub, IWsmqClient> live)
{
    /// <summary>
    /// Durable: the customer gets it, now or when the phone is back. The id is the order's own, so that a repeated call stores
    /// nothing twice.
    /// </summary>
    public Task<Receipt> ShippedAsync(string customer, OrderShipped shipped, CancellationToken cancellationToken) =>
        wsmq.SendAsync(Address.User(customer), shipped, new SendOptions { Id = $"shipped-{shipped.Order}" }, cancellationToken);

    /// <summary>Live: for clients that are connected now, and gone otherwise.</summary>
    public Task PackingAsync(string customer, string order, int percent) => live.Clients.User(customer).Live(
        new LiveMessage { Type = "order-packing", Body = JsonBody.From(new { order, percent }) });
}
