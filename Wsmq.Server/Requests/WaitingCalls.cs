namespace Wsmq.Server.Requests;

/// <summary>
/// Requests to one address that wait for a responder, in the order in which they came: all, and those of each type. So an answer costs no look at
/// those that its responder does not answer. Guarded by the lock of <see cref="LocalResponders"/>.
/// </summary>
internal sealed class WaitingCalls
{
    private readonly SortedDictionary<long, ResponderCall> _all = [];
    private readonly Dictionary<string, SortedDictionary<long, ResponderCall>> _byType = new(StringComparer.Ordinal);
    private long _places;

    public int Count => _all.Count;

    /// <summary>All of them; unaffected by later changes.</summary>
    public ResponderCall[] ToArray() => [.. _all.Values];

    public void Add(ResponderCall call)
    {
        call.Place = ++_places;
        _all.Add(call.Place, call);
        if (call.Type is not { } type)
            return;
        if (!_byType.TryGetValue(type, out var ofType))
            ofType = _byType[type] = [];
        ofType.Add(call.Place, call);
    }

    public void Remove(ResponderCall call)
    {
        if (!_all.Remove(call.Place) || call.Type is not { } type)
            return;
        var ofType = _byType[type];
        ofType.Remove(call.Place);
        if (ofType.Count == 0)
            _byType.Remove(type);
    }

    /// <summary>The first one of these types; null if there is none.</summary>
    /// <param name="types">The types; null for all.</param>
    public ResponderCall? First(IReadOnlyCollection<string>? types)
    {
        if (types is null)
            return _all.Values.FirstOrDefault();
        ResponderCall? first = null;
        foreach (var type in types)
        {
            if (_byType.TryGetValue(type, out var ofType) && ofType.Values.First() is var call && (first is null || call.Place < first.Place))
                first = call;
        }

        return first;
    }
}
