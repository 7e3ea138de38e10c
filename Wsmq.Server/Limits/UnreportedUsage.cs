
using Wsmq.Server.Stores;

namespace Wsmq.Server.Limits;

/// <summary>The cost of a message: bytes until it is removed, bytes that are never released, and bytes of the user's rate.</summary>
internal readonly record struct UsageCost(long Bytes, long Permanent, int Rate);

/// <summary>Usage that was not reported to the store yet.</summary>
internal sealed record UnreportedUsage(Dictionary<WsmqAddress, (WsmqPosition Last, long Bytes)> Logs, long Permanent, long RateBytes)
{
    public UsageItem[] Items => [.. Logs.Select(l => new UsageItem(l.Key == default ? UsageNames.General : l.Key.ToString(), l.Value.Last, l.Value.Bytes))];
}
