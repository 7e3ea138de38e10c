using System.Globalization;

namespace Wsmq.Server.Stores;

/// <param name="Version">The higher one holds.</param>
/// <param name="Text">What is declared. Opaque to the store.</param>
internal readonly record struct QueueDeclaration(int Version, string Text);

/// <summary>What holds for a queue.</summary>
/// <param name="Now">The store's clock, in µs since 1970.</param>
/// <param name="Version">The highest version of the nodes that live.</param>
/// <param name="Texts">
/// The declarations of that version, without repetition, in the order in which their nodes stated them first: the last one is the newest.
/// </param>
/// <param name="Schedules">The stored states of recurring jobs, by name.</param>
internal sealed record HeldDeclarations(
    long Now, int Version, IReadOnlyList<string> Texts, IReadOnlyDictionary<string, string> Schedules);

/// <summary>The state of a recurring job. Times in µs since 1970.</summary>
/// <param name="Due">The next occurrence.</param>
/// <param name="Definition">Which expression and zone it was determined by. Opaque to the store.</param>
internal sealed record ScheduleState(long Due, string Definition)
{
    private const int Numbers = 5;
    private const int Digits = 16;

    /// <summary>The store's clock when <see cref="Due"/> was determined. Set by the store.</summary>
    public long PlannedAt { get; init; }

    /// <summary>The last occurrence that is over: it was fired, skipped or missed. 0 if none is.</summary>
    public long Last { get; init; }

    /// <summary>How many jobs were stored. Set by the store.</summary>
    public long Stored { get; init; }

    /// <summary>How many occurrences were skipped because an earlier job had not ended. Set by the store.</summary>
    public long Skipped { get; init; }

    /// <summary>The stored form.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Due:D16}{PlannedAt:D16}{Last:D16}{Stored:D16}{Skipped:D16}{Definition}");

    /// <summary>Null if it is corrupt.</summary>
    public static ScheduleState? Parse(string text)
    {
        var numbers = new long[Numbers];
        for (var i = 0; i < Numbers; i++)
        {
            if (text.Length < (i + 1) * Digits
                || !long.TryParse(text.AsSpan(i * Digits, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])
                || numbers[i] > WsmqPosition.MaxValue)
            {
                return null;
            }
        }

        return new ScheduleState(numbers[0], text[(Numbers * Digits)..])
        {
            PlannedAt = numbers[1], Last = numbers[2], Stored = numbers[3], Skipped = numbers[4],
        };
    }
}

/// <summary>A change of a recurring job.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Expected">The stored state as it was read; empty if there was none.</param>
/// <param name="Next">The state to store; null to remove it.</param>
internal sealed record ScheduleAdvance(string Name, string Expected, ScheduleState? Next)
{
    /// <summary>
    /// The jobs of the occurrences that are due, at most <see cref="IJobStore.MostInAStep"/>. One whose <see cref="JobTerms.Unique"/> is
    /// taken is skipped.
    /// </summary>
    public IReadOnlyList<AppendRequest> Jobs { get; init; } = [];
}

internal enum AdvanceOutcome
{
    /// <summary>Done; the jobs are stored or skipped.</summary>
    Done = 0,

    /// <summary>The stored state is another one; nothing changed.</summary>
    Changed = 1,

    /// <summary>There are jobs, and the stored occurrence is not due by the store's clock; nothing changed.</summary>
    NotDue = 2,

    /// <summary>The queue has no room for the jobs; nothing changed.</summary>
    QueueFull = 3,
}

/// <param name="Outcome">Whether it was done.</param>
/// <param name="Stored">How many jobs were stored.</param>
/// <param name="Skipped">How many were skipped.</param>
internal readonly record struct AdvanceResult(AdvanceOutcome Outcome, int Stored = 0, int Skipped = 0);
