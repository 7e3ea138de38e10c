using Wsmq.Server.Api.Shapes;
using Wsmq.Server.Framing;
using Wsmq.Server.Limits;
using Wsmq.Server.Logs;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Api;

/// <summary>The new entries of a log, as they are written to an event stream. What is read is charged to the operator.</summary>
internal sealed class Tail(WsmqAddress address, ILogInspection log, SessionReads reads, EventWriter writer)
{
    private const int MostInAStep = 100;

    public WsmqAddress Address => address;

    public EventWriter Writer => writer;

    /// <summary>Whether entries have the beginnings of their bodies.</summary>
    public bool WithPreview { get; set; }

    /// <summary>The last position that was written.</summary>
    public WsmqPosition Sent { get; set; }

    /// <summary>Writes the entries that follow, up to a number of them. Returns false if there are none.</summary>
    public async Task<bool> WriteAsync(CancellationToken cancellationToken)
    {
        var page = await ReadAsync(cancellationToken);
        foreach (var head in page.Entries)
        {
            var entry = AddressResponse.Of(LogViews.Of(head, EntryHeader.Of(head.Metadata), WithPreview));
            writer.Data(entry.Position, ShapesContext.Write(entry));
            Sent = head.Position;
        }

        if (page.Entries.Count > 0)
        {
            await writer.FlushAsync(cancellationToken);
            return true;
        }

        // Those that the feed has told of were removed meanwhile.
        if (!page.More)
            Sent = WsmqPosition.Max(Sent, page.State.Tail);
        return false;
    }

    private async Task<HeadPage> ReadAsync(CancellationToken cancellationToken)
    {
        var bodyBytes = WithPreview ? EntryHeader.PreviewBytes : 0;
        var range = new HeadRange(Sent, new WsmqPosition(WsmqPosition.MaxValue), Newest: false, MostInAStep, bodyBytes);
        await reads.EnterAsync(cancellationToken);
        try
        {
            var page = await log.HeadsAsync(address, range, cancellationToken);
            reads.Charge(page.Entries.Sum(e => (long)e.Metadata.Length + e.BodyStart.Length));
            return page;
        }
        finally
        {
            reads.Leave();
        }
    }
}
