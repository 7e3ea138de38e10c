using System.Globalization;

namespace Wsmq.Benchmarks.Measuring;

/// <summary>Sequence errors: messages that never arrived, arrived twice, or arrived late.</summary>
internal readonly record struct Losses(long Lost, long Duplicated, long Reordered)
{
    /// <summary>In the format of a table column.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Lost}, {Duplicated}, {Reordered}");

    public bool Any => Lost + Duplicated + Reordered > 0;

    public static Losses operator +(Losses a, Losses b) => new(a.Lost + b.Lost, a.Duplicated + b.Duplicated, a.Reordered + b.Reordered);

    public static Losses operator -(Losses a, Losses b) => new(a.Lost - b.Lost, a.Duplicated - b.Duplicated, a.Reordered - b.Reordered);
}
