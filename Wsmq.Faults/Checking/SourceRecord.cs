using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>What one device received of one source. Order, repeats and gaps are checked event by event.</summary>
internal sealed class SourceRecord(string name, Verdict verdict)
{
    private readonly Dictionary<string, string> _idByPosition = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _positionById = new(StringComparer.Ordinal);
    private readonly HashSet<string> _onThisConnection = new(StringComparer.Ordinal);
    private readonly HashSet<(string After, string Before, string Reason)> _gaps = [];
    private readonly List<string> _storedTwice = [];
    private readonly List<Hole> _holes = [];
    private int _connection = -1;
    private string? _threw;
    private string? _highest;
    private string? _last;
    private string? _announced;

    /// <summary>The number of announced gaps; a new connection announces again what was not acknowledged.</summary>
    public int Gaps => _gaps.DistinctBy(g => g.Before).Count();

    /// <summary>Whether there is a gap with one of these reasons.</summary>
    public bool HasGap(IReadOnlyCollection<string> reasons) => _gaps.Any(g => reasons.Contains(g.Reason));

    /// <summary>The number of distinct messages that were handled.</summary>
    public int Handled => _idByPosition.Count - (_threw is null ? 0 : 1);

    /// <summary>Messages that were delivered at two positions: allowed only after a failover that lost a message id.</summary>
    public IReadOnlyList<string> StoredTwice => _storedTwice;

    /// <summary>Entries that were not delivered between two that were, without a gap: each must be one that is not for the device.</summary>
    public IReadOnlyList<Hole> Holes => _holes;

    public bool Has(string id) => _positionById.TryGetValue(id, out var position) && position != _threw;

    public string? PositionOf(string id) => _positionById.GetValueOrDefault(id);

    /// <summary>Whether a gap with one of these reasons covers the position.</summary>
    public bool IsAnnounced(string position, IReadOnlyCollection<string> reasons) => _gaps.Any(g =>
        string.CompareOrdinal(g.After, position) < 0 && string.CompareOrdinal(position, g.Before) < 0 && reasons.Contains(g.Reason));

    /// <summary>A new connection starts after the cursor: it may repeat messages, but must not skip any.</summary>
    public void On(int connection)
    {
        if (connection == _connection)
            return;
        _connection = connection;
        (_last, _announced) = (null, null);
        _onThisConnection.Clear();
    }

    public void Gap(HistoryEvent gap)
    {
        _gaps.Add((gap.After!, gap.Before!, gap.Why!));
        var known = _last ?? _highest;
        if (known is not null && string.CompareOrdinal(gap.After, known) > 0 && !IsCovered(gap.After!))
            _holes.Add(new Hole(known, gap.After!, $"{name}: a gap begins at {gap.After}, but the entries after {known} were not announced"));
        if (_announced is null || string.CompareOrdinal(gap.Before, _announced) > 0)
            _announced = gap.Before;
    }

    public void Threw(HistoryEvent threw) => _threw = threw.Position;

    public void Deliver(HistoryEvent delivery)
    {
        var position = delivery.Position!;
        var again = position == _threw;
        if (again)
            _threw = null;
        else
            CheckOrder(position);
        CheckPrevious(delivery);
        CheckIdentity(delivery.Id!, position);
        _onThisConnection.Add(position);
        _last = position;
        if (_highest is null || string.CompareOrdinal(position, _highest) > 0)
            _highest = position;
    }

    private void CheckOrder(string position)
    {
        if (_onThisConnection.Contains(position))
            verdict.AddDuplicated($"{name}: {position} was delivered twice");
        else if (_last is not null && string.CompareOrdinal(position, _last) <= 0)
            verdict.AddReordered($"{name}: {position} was delivered after {_last}");
        else if (_last is null && _highest is not null && string.CompareOrdinal(position, _highest) <= 0 && !_idByPosition.ContainsKey(position))
            verdict.AddReordered($"{name}: {position} was first delivered after {_highest}, which an earlier connection delivered");
    }

    // What was delivered before: on this connection, or, if it is the connection's first delivery, to the device at all.
    private void CheckPrevious(HistoryEvent delivery)
    {
        if ((_last ?? _highest) is { } known && string.CompareOrdinal(delivery.Previous, known) > 0 && !IsCovered(delivery.Previous!))
            _holes.Add(new Hole(known, delivery.Previous!, $"{name}: {delivery.Position} follows {delivery.Previous}, but the last one was {known}"));
    }

    private bool IsCovered(string position) => _announced is not null && string.CompareOrdinal(position, _announced) < 0;

    private void CheckIdentity(string id, string position)
    {
        if (_idByPosition.TryGetValue(position, out var known) && known != id)
            verdict.AddReordered($"{name}: {position} was {known} and is {id}");
        _idByPosition[position] = id;
        _positionById.TryAdd(id, position);
        if (_positionById[id] != position)
            _storedTwice.Add($"{name}: {id} was delivered at {_positionById[id]} and at {position}");
    }

    /// <summary>Entries after one position up to another one.</summary>
    public readonly record struct Hole(string After, string Through, string Text);
}
