using System.Globalization;

namespace Wsmq.Benchmarks.Measuring;

/// <summary>What went wrong with sequences: never arrived, arrived again, arrived late.</summary>
internal readonly record struct Losses(long Lost, long Duplicated, long Reordered)
{
    /// <summary>As the column of a table has it.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Lost}, {Duplicated}, {Reordered}");

    public bool Any => Lost + Duplicated + Reordered > 0;

    public static Losses operator +(Losses a, Losses b) => new(a.Lost + b.Lost, a.Duplicated + b.Duplicated, a.Reordered + b.Reordered);

    public static Losses operator -(Losses a, Losses b) => new(a.Lost - b.Lost, a.Duplicated - b.Duplicated, a.Reordered - b.Reordered);
}
