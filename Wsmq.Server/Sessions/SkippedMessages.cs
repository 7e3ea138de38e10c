using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Sessions;

/// <summary>Says that a message was set aside: to its client, in the log and in the metrics.</summary>
internal sealed class SkippedMessages(WsmqMetrics metrics, ILogger<SkippedMessages> logger)
{
    public async Task TellAsync(Session session, Address source, Position position, int attempts, CancellationToken cancellationToken)
    {
        Log.SetAside(logger, source.ToString(), position.ToString(), session.Caller.UserId, session.Caller.Device, attempts);
        metrics.Skipped();
        await session.Connection.SkippedAsync(source, position, attempts, cancellationToken);
    }
}
