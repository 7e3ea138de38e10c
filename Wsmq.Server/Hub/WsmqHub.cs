using Microsoft.AspNetCore.SignalR;

namespace Wsmq;

/// <summary>The hub: both planes, for any SignalR client.</summary>
public sealed class WsmqHub : Hub<IWsmqClient>, IWsmqHub
{
    /// <inheritdoc/>
    public Task<Receipt> Send(OutgoingMessage message) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task Ack(string source, string position) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task Resume(string source, string after) => throw new NotSupportedException();
}
