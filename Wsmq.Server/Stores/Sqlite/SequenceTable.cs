namespace Wsmq.Server.Stores.Sqlite;

/// <summary>How far the producers have come with each address, see <see cref="SequenceState"/>.</summary>
internal static class SequenceTable
{
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS sequences (
            key BLOB PRIMARY KEY,
            sender BLOB NOT NULL,
            state TEXT NOT NULL,
            expires INTEGER NOT NULL) WITHOUT ROWID
        """,
        "CREATE INDEX IF NOT EXISTS sequences_of_sender ON sequences (sender)",
        "CREATE INDEX IF NOT EXISTS sequences_expiry ON sequences (expires)",
    ];

    /// <summary>Appends a message that has a place in a sequence, unless that place forbids it. Corrupt data refuses the message alone.</summary>
    /// <param name="session">The session.</param>
    /// <param name="terms">The place.</param>
    /// <param name="now">The clock.</param>
    /// <param name="append">Appends it.</param>
    public static AppendResult Append(SqliteSession session, SequenceTerms terms, long now, Func<AppendResult> append)
    {
        var text = Find(session, terms.Key);
        var known = text is null ? null : SequenceState.Parse(text);
        if (text is not null && known is null)
            return AppendResult.TooLow;
        if (known?.IsForgotten(now, terms.Kept) == true)
            known = null;
        var state = known ?? new SequenceState();
        if (state.Judge(terms) is { } told)
            return told;
        if (known is null && IsFull(session, terms, now))
            return AppendResult.TooManySequences;

        var result = terms.Refusal > 0 ? AppendResult.UsedUp(terms.Refusal) : append();
        if (result.FinalError is { } error)
            state.Refused(terms, error, now);
        else if (result.IsStored)
            state.Stored(terms, result.IsWaiting ? WsmqPosition.Start : result.Position, now);
        else
            return result;
        Save(session, terms, state.Save(), now);
        return result;
    }

    /// <summary>Removes expired sequences, at most <paramref name="limit"/>, and returns how many.</summary>
    public static int Purge(SqliteSession session, long now, int limit) => session.Run(
        "DELETE FROM sequences WHERE key IN (SELECT key FROM sequences WHERE expires <= $now ORDER BY expires LIMIT $limit)", now, limit);

    private static bool IsFull(SqliteSession session, SequenceTerms terms, long now) => terms.MaxSequences < int.MaxValue && session.One(
        "SELECT count(*) FROM (SELECT 1 FROM sequences WHERE sender = $sender AND key <> $key AND expires > $now LIMIT $limit)", r => r.GetInt32(0),
        terms.Sender, terms.Key, now, terms.MaxSequences) >= terms.MaxSequences;

    private static string? Find(SqliteSession session, ReadOnlyMemory<byte> key) =>
        session.One("SELECT state FROM sequences WHERE key = $key", r => r.IsDBNull(0) ? string.Empty : r.GetString(0), key);

    private static void Save(SqliteSession session, SequenceTerms terms, string state, long now) => session.Run(
        """
        INSERT INTO sequences (key, sender, state, expires) VALUES ($key, $sender, $state, $expires)
        ON CONFLICT (key) DO UPDATE SET state = excluded.state, expires = excluded.expires
        """,
        terms.Key, terms.Sender, state, now + terms.Kept.Micros());
}
