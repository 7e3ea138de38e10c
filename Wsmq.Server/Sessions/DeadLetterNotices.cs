using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Sessions;

/// <summary>
/// Reports in the log and in the metrics that a message was dead-lettered, and that older dead letters were removed for it.
/// </summary>
internal sealed class DeadLetterNotices(WsmqMetrics metrics, ILogger<DeadLetterNotices> logger)
{
    /// <summary>Reports nothing if the message was dead-lettered before.</summary>
    public void Note(in NackRequest request, in NackResult result)
    {
        if (!result.IsNew)
            return;
        var source = request.Source.ToString();
        Log.DeadLettered(logger, source, request.Position.ToString(), request.User, request.Device, result.Attempts);
        metrics.DeadLettered();
        if (result.Evicted == 0)
            return;
        Log.DeadLettersEvicted(logger, result.Evicted, source, request.User);
        metrics.DeadLettersEvicted(result.Evicted);
    }
}
