using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;
using Wsmq.Server.Tracking;

namespace Wsmq.Server.Pumps;

/// <summary>Dependencies shared by all pumps of the node.</summary>
internal sealed class DeliveryServices(
    IStore store, IOptions<WsmqOptions> options, TimeProvider time, WsmqMetrics metrics, PumpHelpers helpers,
    ILogger<DeliveryServices> logger)
{
    public IMessageLog MessageLog => store.MessageLog;

    public WsmqOptions Options => options.Value;

    public TimeProvider Time => time;

    /// <summary>The clock of the store, in µs since 1970.</summary>
    public long StoreNow => store.Now;

    public WsmqMetrics Metrics => metrics;

    public Linger Linger => helpers.Linger;

    public DeliveryMarks Marks => helpers.Marks;

    public ILogger Logger => logger;
}
