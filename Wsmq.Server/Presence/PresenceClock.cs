using Microsoft.Extensions.Options;

namespace Wsmq.Server.Presence;

/// <summary>The times of presence between nodes, and its stop.</summary>
internal sealed class PresenceClock(IOptions<WsmqOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>Changes are gathered for so long: those of a node for one that watches, and those of an address for its clients.</summary>
    public static readonly TimeSpan BatchEvery = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();

    public TimeProvider Time => time;

    /// <summary>How often a node renews its watches on all nodes.</summary>
    public TimeSpan RenewEvery { get; } = TimeSpan.FromTicks(Math.Min(TimeSpan.FromSeconds(5).Ticks, options.Value.Nodes.Expiry.Ticks / 4));

    /// <summary>How long a node sends changes to one that does not renew its watches.</summary>
    public TimeSpan Lease { get; } = options.Value.Nodes.Expiry + TimeSpan.FromSeconds(15);

    public CancellationToken Stop => _stop.Token;

    public void End() => _stop.Cancel();

    public void Dispose() => _stop.Dispose();
}
