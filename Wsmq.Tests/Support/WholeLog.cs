using Wsmq.Server.Stores;

namespace Wsmq.Tests.Support;

/// <summary>Reads all entries of a log in one call, and repeats it: after a fault a store may not answer in time, and the answer is large.</summary>
internal static class WholeLog
{
    public static async Task<IReadOnlyList<LogEntry>> ReadAsync(IMessageLog log, string address)
    {
        LogPage? page = null;
        await Eventually.That($"the log of {address} is read", async () =>
        {
            try
            {
                page = await log.ReadAsync(WsmqAddress.Parse(address), WsmqPosition.Start, 100_000, int.MaxValue, default);
                return true;
            }
            catch (WsmqException e) when (e.Error.CanRetry)
            {
                return false;
            }
        });
        return page!.Entries;
    }
}
