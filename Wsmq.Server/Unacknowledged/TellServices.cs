using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Unacknowledged;

/// <summary>What the lanes and their calls of the hook share.</summary>
internal sealed class TellServices(
    IStore store, IOptions<WsmqOptions> options, IEnumerable<UnacknowledgedHook> hooks, TimeProvider time, WsmqMetrics metrics,
    ILogger<UnacknowledgedTellers> logger)
{
    // For what a call needs beside the hook: reads and writes of the store.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    public IStore Store => store;

    public WsmqUnacknowledgedOptions Options => options.Value.Unacknowledged;

    /// <summary>Null if the app has none.</summary>
    public UnacknowledgedHook? Hook { get; } = hooks.LastOrDefault();

    public TimeProvider Time => time;

    public WsmqMetrics Metrics => metrics;

    public ILogger Logger => logger;

    /// <summary>For how long an address is taken. After a node has ended, another one tells of it once this is over.</summary>
    public TimeSpan Lease => Options.Timeout + Margin;
}
