namespace Wsmq.Cli.Types;

/// <summary>What a text contains, for fields that have no comment of their own.</summary>
internal static class TextFormats
{
    private const string DateAndTime = "A date and time, such as 2026-01-31T18:00:00.123Z.";

    private static readonly Dictionary<Type, string> Formats = new()
    {
        [typeof(Guid)] = "A GUID.",
        [typeof(DateTimeOffset)] = DateAndTime,
        [typeof(DateTime)] = DateAndTime,
        [typeof(DateOnly)] = "A date, such as 2026-01-31.",
        [typeof(TimeOnly)] = "A time of day, such as 18:00:00.",
        [typeof(TimeSpan)] = "A duration of .NET: days.hours:minutes:seconds, such as 1.02:03:04.5.",
        [typeof(byte[])] = "Bytes as base64.",
        [typeof(char)] = "One character.",
    };

    public static string? Of(Type type) => Formats.GetValueOrDefault(Nullable.GetUnderlyingType(type) ?? type);
}
