using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.History;

/// <summary>Reads the beginnings of entries of one log: one step of a search.</summary>
internal delegate Task<HeadPage> HeadReader(HeadRange range, CancellationToken cancellationToken);

/// <summary>One page of the entries of a log that meet some conditions, read in steps of the store.</summary>
/// <param name="read">Reads a step.</param>
/// <param name="query">The conditions.</param>
/// <param name="bodyBytes">At most so many bytes of each body are read.</param>
internal sealed class EntrySearch(HeadReader read, WsmqHistoryQuery query, int bodyBytes)
{
    private const int MostScanned = 1_000;
    private const int MostInAStep = 200;
    private const long MostBytes = 16 * 1024 * 1024;
    private const long MicrosInAMillisecond = 1_000;

    private readonly TextPattern? _type = query.Type is null ? null : TextPattern.Of(query.Type);
    private readonly List<FoundEntry> _found = [];
    private readonly int _max = query.Max ?? WsmqHistoryQuery.UsualEntries;
    private long _bytes;
    private int _foundBytes;
    private int _scanned;
    private LogState _state;

    /// <summary>Only entries after this position, whatever the query says.</summary>
    public WsmqPosition Floor { get; init; }

    /// <summary>The page ends with the entry that reaches this size, in bytes of metadata and bodies.</summary>
    public int MostFoundBytes { get; init; } = int.MaxValue;

    /// <summary>Whether entries whose fields cannot be read are found whatever the conditions.</summary>
    public bool FindsDamaged { get; init; }

    private bool HasConditions => query.Id is not null || query.Sender is not null || _type is not null;

    public async Task<FoundEntries> PageAsync(CancellationToken cancellationToken)
    {
        // An empty range is read as well: the result has the state of the log.
        var range = RangeOf();
        do
        {
            var step = await read(range with { Max = Math.Min(StepSize, MostScanned - _scanned), MostBytes = StepBytes }, cancellationToken);
            _state = step.State;
            foreach (var head in step.Entries)
            {
                Take(head);
                range = range.Newest ? range with { Before = head.Position } : range with { After = head.Position };
                if (_found.Count == _max || _foundBytes >= MostFoundBytes)
                    return Page(range.Newest ? range.Before : range.After);
            }

            if (!step.More)
                break;
            if (_scanned >= MostScanned || _bytes >= MostBytes)
                return Page(range.Newest ? range.Before : range.After);
        }
        while (range.After < range.Before);
        return Page(null);
    }

    private int StepSize => HasConditions ? MostInAStep : Math.Min(_max - _found.Count, MostInAStep);

    // Without conditions every entry is found, and nothing is read that does not fit into the page.
    private int StepBytes => HasConditions ? int.MaxValue : MostFoundBytes - _foundBytes;

    private FoundEntries Page(WsmqPosition? next) => new(_found, next, _scanned, _state);

    private void Take(EntryHead head)
    {
        var size = head.Metadata.Length + head.BodyBytes;
        _scanned++;
        _bytes += size;
        var header = EntryHeader.Of(head.Metadata);
        if (!Matches(header) && !(FindsDamaged && header.Id is null))
            return;
        _found.Add(new FoundEntry(head, header));
        _foundBytes = (int)Math.Min(_foundBytes + size, int.MaxValue);
    }

    private bool Matches(EntryHeader header) => (query.Id is null || query.Id == header.Id)
        && (query.Sender is null || query.Sender == header.Sender) && _type?.Matches(header.Type) != false;

    // A position is made from the time at which the entry was stored.
    private HeadRange RangeOf()
    {
        var from = query.From is { } first ? At(first.ToUnixTimeMilliseconds() * MicrosInAMillisecond - 1) : WsmqPosition.Start;
        var to = At(query.To is { } last ? (last.ToUnixTimeMilliseconds() + 1) * MicrosInAMillisecond : WsmqPosition.MaxValue);
        var before = query.Before ?? to;
        var after = WsmqPosition.Max(query.After ?? from, from);
        return new HeadRange(WsmqPosition.Max(after, Floor), before < to ? before : to, query.Newest, 1, bodyBytes);
    }

    private static WsmqPosition At(long micros) => new(Math.Clamp(micros, 0, WsmqPosition.MaxValue));
}

/// <summary>An entry that a search has found.</summary>
/// <param name="Head">The entry.</param>
/// <param name="Header">Its metadata, as far as it can be read.</param>
internal readonly record struct FoundEntry(EntryHead Head, EntryHeader Header);

/// <summary>A page of a search.</summary>
/// <param name="Items">What was found, in the order of the query.</param>
/// <param name="Next">The last position that was looked at; null once everything was searched.</param>
/// <param name="Scanned">How many entries were looked at.</param>
/// <param name="State">The state of the log.</param>
internal sealed record FoundEntries(IReadOnlyList<FoundEntry> Items, WsmqPosition? Next, int Scanned, LogState State);
