namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The states of recurring jobs.</summary>
internal static class ScheduleTable
{
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS schedules (
            queue TEXT NOT NULL,
            name TEXT NOT NULL,
            state TEXT NOT NULL,
            PRIMARY KEY (queue, name)) WITHOUT ROWID
        """,
    ];

    public static Dictionary<string, string> All(SqliteSession session, WsmqAddress queue) => session.All(
        "SELECT name, state FROM schedules WHERE queue = $queue", r => (Name: r.GetString(0), State: r.GetString(1)), queue.ToString())
        .ToDictionary(s => s.Name, s => s.State, StringComparer.Ordinal);

    public static string? Find(SqliteSession session, WsmqAddress queue, string name) => session.One(
        "SELECT state FROM schedules WHERE queue = $queue AND name = $name", r => r.GetString(0), queue.ToString(), name);

    public static void Save(SqliteSession session, WsmqAddress queue, string name, ScheduleState state) => session.Run(
        "INSERT OR REPLACE INTO schedules (queue, name, state) VALUES ($queue, $name, $state)", queue.ToString(), name, state.ToString());

    public static void Delete(SqliteSession session, WsmqAddress queue, string name) =>
        session.Run("DELETE FROM schedules WHERE queue = $queue AND name = $name", queue.ToString(), name);
}
