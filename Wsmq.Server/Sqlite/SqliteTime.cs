namespace Wsmq.Server.Sqlite;

/// <summary>Time as the tables keep it: whole microseconds since 1970, the unit of positions.</summary>
internal static class SqliteTime
{
    public static long NowMicros(this TimeProvider clock) => (clock.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long Micros(this TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;
}
