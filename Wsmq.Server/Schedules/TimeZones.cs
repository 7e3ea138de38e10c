namespace Wsmq.Server.Schedules;

/// <summary>Finds time zones by their IANA or Windows names.</summary>
internal static class TimeZones
{
    private const string AnyZone = "Europe/London";

    /// <exception cref="ArgumentException">The zone is unknown; the text states what to do.</exception>
    public static TimeZoneInfo Find(string name)
    {
        if (TryFind(name) is { } zone)
            return zone;
        if (TimeZoneInfo.TryConvertIanaIdToWindowsId(name, out var other) || TimeZoneInfo.TryConvertWindowsIdToIanaId(name, out other))
        {
            if (TryFind(other) is { } converted)
                return converted;
        }

        throw new ArgumentException($"The time zone '{name}' is unknown. {Advice()}");
    }

    private static TimeZoneInfo? TryFind(string name)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException or IOException)
        {
            return null;
        }
    }

    private static string Advice() =>
        TryFind(AnyZone) is null
            ? "This machine has no time zone data: install it (the package tzdata; for images, one whose name ends in -extra), or use UTC."
            : !TimeZoneInfo.TryConvertIanaIdToWindowsId(AnyZone, out _)
                ? "Only IANA names are known here, such as Europe/Berlin: use one. Windows names need ICU, which is not installed, or turned off by InvariantGlobalization."
                : "Use an IANA name, such as Europe/Berlin, or a Windows name, such as W. Europe Standard Time.";
}
