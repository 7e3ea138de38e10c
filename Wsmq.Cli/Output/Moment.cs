using System.Globalization;

namespace Wsmq.Cli.Output;

/// <summary>Times for people: in the time zone of the machine.</summary>
internal static class Moment
{
    public static string Text(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <param name="milliseconds">Milliseconds since 1970; null: not known.</param>
    public static string Text(long? milliseconds) =>
        milliseconds is { } time and >= 0 and < 253_402_300_800_000 ? Text(DateTimeOffset.FromUnixTimeMilliseconds(time)) : "-";
}
