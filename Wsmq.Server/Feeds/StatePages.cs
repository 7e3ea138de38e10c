using Wsmq.Server.Framing;
using Wsmq.Server.Limits;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Feeds;

/// <summary>Reads the state of an address in pages, within the limits of a user.</summary>
internal static class StatePages
{
    /// <summary>Reads a page, and whether it is the last one. The page is charged to the reader until it releases it.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public static async Task<(FeedPage Page, bool IsLast)> ReadAsync(
        IMessageLog log, WsmqAddress source, byte[] sourceText, WsmqPosition after, WsmqPosition through, SessionReads reads,
        CancellationToken cancellationToken)
    {
        await reads.EnterAsync(cancellationToken);
        try
        {
            var size = reads.PageOf(FeedPage.MaxEntries);
            var (page, isLast) = await FeedPage.ReadStateAsync(log, source, sourceText, after, through, size, cancellationToken);
            reads.Charge(page.Bytes);
            var held = reads.Hold(page, FeedPage.MaxEntries);
            return (held, held == page && isLast);
        }
        finally
        {
            reads.Leave();
        }
    }
}
