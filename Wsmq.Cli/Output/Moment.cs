using System.Globalization;

namespace Wsmq.Cli.Output;

/// <summary>Times for people: in the time zone of the machine, with its offset, so that options for times read them as they are.</summary>
internal static class Moment
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff";

    public static string Text(DateTimeOffset time)
    {
        var local = time.ToLocalTime();
        return local.ToString(local.Offset == TimeSpan.Zero ? $"{Format}'Z'" : $"{Format}zzz", CultureInfo.InvariantCulture);
    }

    /// <param name="milliseconds">Milliseconds since 1970; null: not known.</param>
    public static string Text(long? milliseconds) =>
        milliseconds is { } time and >= 0 and < 253_402_300_800_000 ? Text(DateTimeOffset.FromUnixTimeMilliseconds(time)) : "-";
}
