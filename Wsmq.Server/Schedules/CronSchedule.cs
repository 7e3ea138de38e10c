using Cronos;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Schedules;

/// <summary>A cron expression in a time zone. Occurrences are in µs since 1970.</summary>
internal sealed class CronSchedule
{
    private const int FieldsWithSeconds = 6;
    private static readonly long ShortestStep = TimeSpan.FromMinutes(2).Micros();

    private readonly CronExpression _expression;
    private readonly TimeZoneInfo _zone;

    private CronSchedule(CronExpression expression, TimeZoneInfo zone)
    {
        (_expression, _zone) = (expression, zone);
        Definition = $"{expression} {zone.Id}";
    }

    /// <summary>The same for schedules with the same occurrences by the same rules.</summary>
    public string Definition { get; }

    /// <param name="expression">Five fields from minutes on, six from seconds on, or a macro such as <c>@daily</c>.</param>
    /// <param name="timeZone">An IANA or Windows name.</param>
    /// <exception cref="ArgumentException">The expression is malformed or has no occurrence, or the zone is unknown.</exception>
    public static CronSchedule Parse(string expression, string timeZone)
    {
        var zone = TimeZones.Find(timeZone);
        var fields = expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        CronExpression parsed;
        try
        {
            parsed = CronExpression.Parse(expression, fields == FieldsWithSeconds ? CronFormat.IncludeSeconds : CronFormat.Standard);
        }
        catch (CronFormatException e)
        {
            throw new ArgumentException(
                $"The cron expression '{expression}' is invalid: {e.Message} It has five fields (minute, hour, day of month, month, day of week), or six with seconds first.", e);
        }

        var schedule = new CronSchedule(parsed, zone);
        return schedule.NextAfter(TimeProvider.System.NowMicros()) is not null
            ? schedule
            : throw new ArgumentException($"The cron expression '{expression}' has no occurrence: no date matches it.");
    }

    /// <summary>The first occurrence after a time; null if there is none.</summary>
    public long? NextAfter(long time) => Micros(_expression.GetNextOccurrence(Moment(time), _zone));

    /// <summary>The newest occurrences in a range, at most so many, the oldest of them first.</summary>
    /// <param name="from">The start of the range, which belongs to it.</param>
    /// <param name="through">The end of the range, which belongs to it.</param>
    /// <param name="most">The most occurrences to return.</param>
    public IReadOnlyList<long> Newest(long from, long through, int most)
    {
        // Only forwards: at the beginning of summer time the library finds other occurrences backwards. The steps grow, because an outage
        // may be long and the occurrences many.
        for (var step = ShortestStep; ; step *= 2)
        {
            var start = Math.Max(from, through - step);
            var found = new Queue<long>();
            for (var at = NextAfter(start - 1); at <= through; at = NextAfter(at.Value))
            {
                found.Enqueue(at.Value);
                if (found.Count > most)
                    found.Dequeue();
            }

            if (found.Count == most || start == from)
                return [.. found];
        }
    }

    public static DateTimeOffset Moment(long time) => DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(time);

    private static long? Micros(DateTimeOffset? moment) => moment is { } known ? (known - DateTimeOffset.UnixEpoch).Micros() : null;
}
