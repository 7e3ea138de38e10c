namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The producers of the batch that runs: each is read with its first message, and saved once.</summary>
internal sealed class BatchProducers(WsmqOptions options)
{
    private readonly Dictionary<UInt128, (Producer Producer, ProducerState? State)> _all = [];

    public void Clear() => _all.Clear();

    /// <summary>The result of a message that must not be stored; null if it must be. Of a corrupt state nothing can be told.</summary>
    public AppendResult? Refuse(SqliteSession session, MessageNumber number, long now)
    {
        var state = StateOf(session, number.Producer, now);
        var found = state?.Judge(number) ?? NumberState.TooLow;
        state?.Process(number);
        return found switch
        {
            NumberState.New => null,
            NumberState.Stored => new AppendResult(WsmqPosition.Start, Duplicate: true),
            NumberState.Fenced => AppendResult.Fenced,
            _ => AppendResult.TooLow,
        };
    }

    /// <summary>A message that was not refused is stored.</summary>
    public void Add(SqliteSession session, MessageNumber number, long now) => StateOf(session, number.Producer, now)?.Add(number.Value);

    public void Save(SqliteSession session, long now)
    {
        foreach (var (producer, state) in _all.Values)
        {
            if (state is not null)
                ProducerTable.Save(session, producer.KeyBytes(), state.Save(), now + options.Publish.ProducerExpiry.Micros());
        }
    }

    private ProducerState? StateOf(SqliteSession session, Producer producer, long now)
    {
        if (_all.TryGetValue(producer.Key, out var known))
            return known.State;
        var state = ProducerTable.Find(session, producer.KeyBytes(), now) is { } text ? ProducerState.Parse(text) : new ProducerState();
        _all.Add(producer.Key, (producer, state));
        return state;
    }
}
