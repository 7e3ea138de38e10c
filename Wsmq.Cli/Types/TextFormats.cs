namespace Wsmq.Cli.Types;

/// <summary>What a text contains: its format in a contract, and a comment for fields that have none of their own.</summary>
internal static class TextFormats
{
    private const string DateAndTime = "A date and time, such as 2026-01-31T18:00:00.123Z.";

    private static readonly Dictionary<Type, (string Format, string? Comment)> Formats = new()
    {
        [typeof(Guid)] = ("uuid", "A GUID."),
        [typeof(DateTimeOffset)] = ("date-time", DateAndTime),
        [typeof(DateTime)] = ("date-time", DateAndTime),
        [typeof(DateOnly)] = ("date", "A date, such as 2026-01-31."),
        [typeof(TimeOnly)] = ("time", "A time of day, such as 18:00:00."),
        [typeof(TimeSpan)] = ("duration", "A duration of .NET: days.hours:minutes:seconds, such as 1.02:03:04.5."),
        [typeof(byte[])] = ("base64", "Bytes as base64."),
        [typeof(Memory<byte>)] = ("base64", "Bytes as base64."),
        [typeof(ReadOnlyMemory<byte>)] = ("base64", "Bytes as base64."),
        [typeof(char)] = ("char", "One character."),
        [typeof(Uri)] = ("uri", null),
        [typeof(Version)] = ("version", null),
    };

    public static string? CommentOf(Type type) => Find(type).Comment;

    /// <summary>Null if it can be any text.</summary>
    public static string? FormatOf(Type? type) => type is null ? null : Find(type).Format;

    private static (string? Format, string? Comment) Find(Type type) =>
        Formats.TryGetValue(Nullable.GetUnderlyingType(type) ?? type, out var found) ? found : default;
}
