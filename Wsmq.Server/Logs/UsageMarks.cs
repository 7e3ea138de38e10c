using System.Globalization;

namespace Wsmq.Server.Logs;

/// <summary>
/// When what was charged: of each mark 16 digits of the newest position and 12 of the bytes up to there since the mark before, the
/// oldest first. usage.lua does the same.
/// </summary>
internal static class UsageMarks
{
    private const int BytesDigits = 12;
    private const int Mark = WsmqPosition.Length + BytesDigits;
    private const int Most = 16;

    /// <summary>What another program wrote there counts nothing.</summary>
    public static string Whole(string? marks) =>
        marks is not null && marks.Length % Mark == 0 && marks.All(char.IsAsciiDigit) ? marks : string.Empty;

    public static long Sum(string marks)
    {
        var sum = 0L;
        for (var at = 0; at < marks.Length; at += Mark)
            sum += BytesAt(marks, at);
        return sum;
    }

    /// <summary>Without the marks up to a position.</summary>
    public static string Without(string marks, long through)
    {
        var at = 0;
        while (at < marks.Length && PositionAt(marks, at) <= through)
            at += Mark;
        return marks[at..];
    }

    /// <summary>Without the marks beyond a position: the log has lost them.</summary>
    public static string WithoutBeyond(string marks, long tail)
    {
        var end = marks.Length;
        while (end > 0 && PositionAt(marks, end - Mark) > tail)
            end -= Mark;
        return marks[..end];
    }

    /// <summary>With a charge more; what falls into one quantum of time shares a mark.</summary>
    public static string With(string marks, long position, long bytes, long quantum)
    {
        if (marks.Length > 0)
        {
            var last = PositionAt(marks, marks.Length - Mark);
            position = Math.Max(position, last);
            if (last / quantum == position / quantum)
            {
                bytes += BytesAt(marks, marks.Length - Mark);
                marks = marks[..^Mark];
            }
        }

        marks += Text(position, bytes);
        return marks.Length <= Most * Mark ? marks
            : Text(PositionAt(marks, Mark), BytesAt(marks, 0) + BytesAt(marks, Mark)) + marks[(2 * Mark)..];
    }

    private static string Text(long position, long bytes) => string.Create(CultureInfo.InvariantCulture, $"{position:D16}{bytes:D12}");

    private static long PositionAt(string marks, int at) => long.Parse(marks.AsSpan(at, WsmqPosition.Length), NumberStyles.None, CultureInfo.InvariantCulture);

    private static long BytesAt(string marks, int at) =>
        long.Parse(marks.AsSpan(at + WsmqPosition.Length, BytesDigits), NumberStyles.None, CultureInfo.InvariantCulture);
}

/// <summary>The names of what is charged.</summary>
internal static class UsageNames
{
    /// <summary>Everything that is not kept apart.</summary>
    public const string General = "*";

    /// <summary>How many names are kept apart at most.</summary>
    public const int Most = 1_000;

    /// <summary>What falls into so much time shares a mark, of a log and of everything else, in µs.</summary>
    public const long LogQuantum = 60_000_000;

    public const int GeneralQuanta = 8;
}
