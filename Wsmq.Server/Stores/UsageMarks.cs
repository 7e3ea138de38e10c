using System.Globalization;

namespace Wsmq.Server.Stores;

/// <summary>
/// Records what was charged when, as a string of marks, the oldest first. A mark has 16 digits for its newest position, and 12 for the
/// bytes up to there since the mark before. usage.lua implements the same format.
/// </summary>
internal static class UsageMarks
{
    private const int BytesDigits = 12;
    private const int Mark = WsmqPosition.Length + BytesDigits;
    private const int Most = 16;

    /// <summary>Returns the marks; an empty string, which counts as 0, if they are corrupt.</summary>
    public static string Whole(string? marks) =>
        marks is not null && marks.Length % Mark == 0 && marks.All(char.IsAsciiDigit) ? marks : string.Empty;

    public static long Sum(string marks)
    {
        var sum = 0L;
        for (var at = 0; at < marks.Length; at += Mark)
            sum += BytesAt(marks, at);
        return sum;
    }

    /// <summary>Removes the marks up to a position.</summary>
    public static string Without(string marks, long through)
    {
        var at = 0;
        while (at < marks.Length && PositionAt(marks, at) <= through)
            at += Mark;
        return marks[at..];
    }

    /// <summary>Removes the marks after a position: the log has lost their entries.</summary>
    public static string WithoutBeyond(string marks, long tail)
    {
        var end = marks.Length;
        while (end > 0 && PositionAt(marks, end - Mark) > tail)
            end -= Mark;
        return marks[..end];
    }

    /// <summary>
    /// Adds a charge. Charges of the same time quantum share a mark; if there are too many marks, the two oldest are merged.
    /// </summary>
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

    /// <summary>
    /// Takes bytes out of the mark that an entry belongs to, or the last one while its charge is still to come: at most what it has. Returns the
    /// marks, and how many that were.
    /// </summary>
    public static (string Marks, long Bytes) Released(string marks, long position, long bytes)
    {
        for (var at = 0; at < marks.Length; at += Mark)
        {
            if (PositionAt(marks, at) < position && at + Mark < marks.Length)
                continue;
            var taken = Math.Min(bytes, BytesAt(marks, at));
            return (marks[..at] + Text(PositionAt(marks, at), BytesAt(marks, at) - taken) + marks[(at + Mark)..], taken);
        }

        return (marks, 0);
    }

    private static string Text(long position, long bytes) => string.Create(CultureInfo.InvariantCulture, $"{position:D16}{bytes:D12}");

    private static long PositionAt(string marks, int at) => long.Parse(marks.AsSpan(at, WsmqPosition.Length), NumberStyles.None, CultureInfo.InvariantCulture);

    private static long BytesAt(string marks, int at) =>
        long.Parse(marks.AsSpan(at + WsmqPosition.Length, BytesDigits), NumberStyles.None, CultureInfo.InvariantCulture);
}

/// <summary>The names of the accounted items.</summary>
internal static class UsageNames
{
    /// <summary>All logs that are not accounted separately.</summary>
    public const string General = "*";

    /// <summary>The maximum number of names accounted separately.</summary>
    public const int Most = 1_000;

    /// <summary>The time quantum of the marks of one log, in µs.</summary>
    public const long LogQuantum = 60_000_000;

    /// <summary>The time quantum of the marks of <see cref="General"/> is the longest retention divided by this.</summary>
    public const int GeneralQuanta = 8;
}
