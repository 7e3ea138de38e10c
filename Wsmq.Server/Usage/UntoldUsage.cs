using Wsmq.Server.Logs;

namespace Wsmq.Server.Usage;

/// <summary>What a message costs: bytes until it is removed, bytes for good, and bytes of the user's rate.</summary>
internal readonly record struct UsageCost(long Bytes, long Permanent, int Rate);

/// <summary>What the store was not told yet.</summary>
internal sealed record UntoldUsage(Dictionary<WsmqAddress, (WsmqPosition Last, long Bytes)> Logs, long Permanent, long RateBytes)
{
    public UsageItem[] Items => [.. Logs.Select(l => new UsageItem(l.Key.ToString(), l.Value.Last, l.Value.Bytes))];
}
