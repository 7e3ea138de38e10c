using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Acks;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;
using Wsmq.Server.Tracking;

namespace Wsmq.Server.Pumps;

/// <summary>Dependencies shared by all pumps of the node.</summary>
internal sealed class DeliveryServices(
    IStore store, IOptions<WsmqOptions> options, TimeProvider time, WsmqMetrics metrics, DeliveryParts parts,
    ILogger<DeliveryServices> logger)
{
    public IMessageLog MessageLog => store.MessageLog;

    /// <summary>Which messages for any device were acknowledged.</summary>
    public IClearedMessages Cleared => store.Cleared;

    public WsmqOptions Options => options.Value;

    public TimeProvider Time => time;

    /// <summary>The clock of the store, in µs since 1970.</summary>
    public long StoreNow => store.Now;

    public WsmqMetrics Metrics => metrics;

    public Linger Linger => parts.Linger;

    /// <summary>Stores the cursors of readers that have skipped entries.</summary>
    public AckQueue Acks => parts.Acks;

    public DeliveryMarks Marks => parts.Marks;

    public ILogger Logger => logger;
}

/// <summary>Other parts of the node that pumps use.</summary>
internal sealed record DeliveryParts(Linger Linger, AckQueue Acks, DeliveryMarks Marks);
