namespace Wsmq.Server.Sqlite;

/// <summary>Converts times into the unit of the tables and of positions: whole microseconds since 1970.</summary>
internal static class SqliteTime
{
    public static long NowMicros(this TimeProvider clock) => (clock.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long Micros(this TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;
}
