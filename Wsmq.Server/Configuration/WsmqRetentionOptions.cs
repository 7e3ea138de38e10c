namespace Wsmq;

/// <summary>How much of each log is kept: what is older, too many or too much is removed and announced to readers as a gap.</summary>
public sealed class WsmqRetentionOptions
{
    /// <summary>The oldest entry kept. Default 7 days; 1 second to 10 years.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The most entries kept in one log. Default 100,000; 1 to 100,000,000.</summary>
    public int MaxCount { get; set; } = 100_000;

    /// <summary>
    /// The most bytes of metadata and bodies kept in one log, see docs/operations.md for how exactly. Default 64 MiB; 1 MiB to 1 TiB,
    /// and not less than <see cref="WsmqOptions.MaxBodyBytes"/>.
    /// </summary>
    public long MaxBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>For <c>user:</c> logs, where they differ.</summary>
    public WsmqRetentionOverride User { get; } = new();

    /// <summary>For <c>group:</c> logs, where they differ.</summary>
    public WsmqRetentionOverride Group { get; } = new();

    /// <summary>After this nothing of any log is kept.</summary>
    internal TimeSpan Longest => new[] { MaxAge, User.MaxAge ?? MaxAge, Group.MaxAge ?? MaxAge }.Max();

    internal RetentionRule For(WsmqAddressKind kind)
    {
        var special = kind switch
        {
            WsmqAddressKind.User => User,
            WsmqAddressKind.Group => Group,
            _ => null,
        };
        return new RetentionRule(special?.MaxAge ?? MaxAge, special?.MaxCount ?? MaxCount, special?.MaxBytes ?? MaxBytes);
    }
}

/// <summary>What holds for one kind of address.</summary>
internal readonly record struct RetentionRule(TimeSpan MaxAge, int MaxCount, long MaxBytes)
{
    /// <summary>Up to this size Redis does not count an entry: as many as a log may have take half of its bytes.</summary>
    public long SmallBytes => Math.Max(1, MaxBytes / (2L * MaxCount));
}

/// <summary>Retention of one kind of address; null takes the general value.</summary>
public sealed class WsmqRetentionOverride
{
    /// <summary>The oldest entry kept; 1 second to 10 years.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>The most entries kept in one log; 1 to 100,000,000.</summary>
    public int? MaxCount { get; set; }

    /// <summary>The most bytes of metadata and bodies kept in one log; 1 MiB to 1 TiB.</summary>
    public long? MaxBytes { get; set; }
}
