using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Logs;

/// <summary>One page of the entries of a log that meet some conditions, read in steps of the store.</summary>
internal sealed class EntrySearch(ILogInspection store, WsmqAddress address, WsmqEntryQuery query)
{
    private const int MostScanned = 1_000;
    private const int MostInAStep = 200;
    private const long MostBytes = 16 * 1024 * 1024;
    private const long MicrosInAMillisecond = 1_000;

    private readonly TextPattern? _type = query.Type is null ? null : TextPattern.Of(query.Type);
    private readonly List<WsmqLogEntry> _found = [];
    private long _bytes;
    private int _scanned;

    private bool HasConditions => query.Id is not null || query.Sender is not null || _type is not null;

    public async Task<WsmqPage<WsmqLogEntry>> PageAsync(CancellationToken cancellationToken)
    {
        var range = RangeOf();
        while (range.After < range.Before)
        {
            var most = HasConditions ? MostInAStep : query.Max - _found.Count;
            var step = await store.HeadsAsync(
                address, range with { Max = Math.Min(most, Math.Min(MostInAStep, MostScanned - _scanned)) }, cancellationToken);
            foreach (var head in step.Entries)
            {
                Take(head);
                range = range.Newest ? range with { Before = head.Position } : range with { After = head.Position };
                if (_found.Count == query.Max)
                    return Page(range);
            }

            if (!step.More)
                break;
            if (_scanned >= MostScanned || _bytes >= MostBytes)
                return Page(range);
        }

        return new WsmqPage<WsmqLogEntry> { Items = _found, Scanned = _scanned };
    }

    private WsmqPage<WsmqLogEntry> Page(HeadRange rest) =>
        new() { Items = _found, Next = (rest.Newest ? rest.Before : rest.After).ToString(), Scanned = _scanned };

    private void Take(EntryHead head)
    {
        _scanned++;
        _bytes += head.Metadata.Length + head.BodyBytes;
        var header = EntryHeader.Of(head.Metadata);
        if ((query.Id is null || query.Id == header.Id) && (query.Sender is null || query.Sender == header.Sender)
            && _type?.Matches(header.Type) != false)
            _found.Add(LogViews.Of(head, header, query.WithPreview));
    }

    // A position is made from the time at which the entry was stored.
    private HeadRange RangeOf()
    {
        var from = query.From is { } first ? At(first.ToUnixTimeMilliseconds() * MicrosInAMillisecond - 1) : WsmqPosition.Start;
        var to = At(query.To is { } last ? (last.ToUnixTimeMilliseconds() + 1) * MicrosInAMillisecond : WsmqPosition.MaxValue);
        var before = query.Before ?? to;
        return new HeadRange(
            WsmqPosition.Max(query.After ?? from, from), before < to ? before : to, query.Newest, 1,
            query.WithPreview ? EntryHeader.PreviewBytes : 0);
    }

    private static WsmqPosition At(long micros) => new(Math.Clamp(micros, 0, WsmqPosition.MaxValue));
}
