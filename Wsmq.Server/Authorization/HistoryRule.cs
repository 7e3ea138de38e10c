namespace Wsmq.Server.Authorization;

/// <summary>How much of a history those get who may read a log.</summary>
internal static class HistoryRule
{
    public static WsmqHistoryAccess Of(WsmqCaller caller, WsmqAddress source) => source.Kind switch
    {
        WsmqAddressKind.User when string.Equals(source.Name, caller.UserId, StringComparison.Ordinal) => WsmqHistoryAccess.All,
        WsmqAddressKind.Group => WsmqHistoryAccess.SinceJoined,
        _ => WsmqHistoryAccess.None,
    };
}
