namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Access rules: revocations and bans.</summary>
internal static class AccessTable
{
    /// <summary>Created if missing: older files get it, and older versions of wsmq ignore it.</summary>
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS access_rules (
            kind INTEGER NOT NULL,
            name TEXT NOT NULL,
            at INTEGER NOT NULL,
            until INTEGER NOT NULL,
            version INTEGER NOT NULL,
            PRIMARY KEY (kind, name)) WITHOUT ROWID
        """,
        "CREATE INDEX IF NOT EXISTS access_rules_version ON access_rules (version)",
        "CREATE INDEX IF NOT EXISTS access_rules_until ON access_rules (until)",
    ];

    public static void Purge(SqliteSession session, long now) => session.Run("DELETE FROM access_rules WHERE until <= $now", now);

    public static bool Has(SqliteSession session, AccessRule rule) => session.One(
        "SELECT 1 FROM access_rules WHERE kind = $kind AND name = $name", r => r.GetInt32(0), (int)rule.Kind, rule.Name) == 1;

    public static long Count(SqliteSession session) => session.One("SELECT count(*) FROM access_rules", r => r.GetInt64(0));

    /// <summary>The latest version; 0 if there is no rule.</summary>
    public static long Newest(SqliteSession session) =>
        session.One("SELECT max(version) FROM access_rules", r => r.IsDBNull(0) ? 0 : r.GetInt64(0));

    public static void Write(SqliteSession session, AccessRule rule, long version) => session.Run(
        rule.OnlyGrows
            ? """
              INSERT INTO access_rules (kind, name, at, until, version) VALUES ($kind, $name, $at, $until, $version)
              ON CONFLICT (kind, name) DO UPDATE SET
                  at = max(at, excluded.at), until = max(until, excluded.until), version = excluded.version
              """
            : """
              INSERT INTO access_rules (kind, name, at, until, version) VALUES ($kind, $name, $at, $until, $version)
              ON CONFLICT (kind, name) DO UPDATE SET at = excluded.at, until = excluded.until, version = excluded.version
              """,
        (int)rule.Kind, rule.Name, rule.At, rule.Until, version);

    public static List<AccessRule> After(SqliteSession session, long version, int most) => session.All(
        "SELECT kind, name, at, until, version FROM access_rules WHERE version > $version ORDER BY version LIMIT $most",
        r => new AccessRule((AccessRuleKind)r.GetInt32(0), r.GetString(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4)),
        version, most);
}
