namespace Wsmq;

/// <summary>Selects dead letters of all users: those that meet every condition that is set.</summary>
public sealed class WsmqDeadLetterQuery
{
    /// <summary>The dead letters of one user.</summary>
    public string? User { get; init; }

    /// <summary>The address whose log contained the message.</summary>
    public WsmqAddress? Source { get; init; }

    /// <summary>The type of the message; a <c>*</c> in it stands for any characters.</summary>
    public string? Type { get; init; }

    /// <summary>The reason of the last failure; a <c>*</c> in it stands for any characters.</summary>
    public string? Reason { get; init; }

    /// <summary>Dead-lettered at this time or later. Whole milliseconds count.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Dead-lettered at this time or earlier. Whole milliseconds count.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>A dead letter of some user, without its message.</summary>
public sealed class WsmqFoundDeadLetter
{
    /// <summary>The user.</summary>
    public required string User { get; init; }

    /// <summary>The dead letter.</summary>
    public required WsmqDeadLetter DeadLetter { get; init; }

    /// <summary>The type of its message.</summary>
    public string? Type { get; init; }

    /// <summary>The size of the body in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The first 200 characters of the body; null if it is not text.</summary>
    public string? Preview { get; init; }
}

/// <summary>How many dead letters there were.</summary>
/// <param name="count">How many.</param>
/// <param name="until">The time of the count, by the clock of the store: only what was dead-lettered before it was counted.</param>
public sealed class WsmqDeadLetterCount(long count, DateTimeOffset until)
{
    /// <summary>How many.</summary>
    public long Count { get; } = count;

    /// <summary>The time of the count, by the clock of the store: only what was dead-lettered before it was counted.</summary>
    public DateTimeOffset Until { get; } = until;
}
