namespace Wsmq;

/// <summary>How much of each log is retained. Entries over a limit are removed, oldest first, and announced to readers as a gap.</summary>
public sealed class WsmqRetentionOptions
{
    /// <summary>The maximum age of an entry. Default 7 days; 1 second to 10 years.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The maximum number of entries in one log. Default 100,000; 1 to 100,000,000.</summary>
    public int MaxCount { get; set; } = 100_000;

    /// <summary>
    /// The maximum number of bytes of metadata and bodies in one log; docs/operations.md states how exactly each store enforces it. Default
    /// 64 MiB; 1 MiB to 1 TiB, and at least <see cref="WsmqPublishOptions.MaxBodyBytes"/>.
    /// </summary>
    public long MaxBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Overrides for <c>user:</c> logs. Default: none.</summary>
    public WsmqRetentionOverride User { get; } = new();

    /// <summary>Overrides for <c>group:</c> logs. Default: none.</summary>
    public WsmqRetentionOverride Group { get; } = new();

    /// <summary>The longest retention of any log.</summary>
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

/// <summary>The effective retention of one kind of address.</summary>
internal readonly record struct RetentionRule(TimeSpan MaxAge, int MaxCount, long MaxBytes)
{
    /// <summary>The Redis store does not count entries up to this size in bytes: MaxCount of them take at most half of MaxBytes.</summary>
    public long SmallBytes => Math.Max(1, MaxBytes / (2L * MaxCount));
}

/// <summary>
/// Retention of one kind of address. Null, the default of each, takes the general value of <see cref="WsmqRetentionOptions"/>.
/// </summary>
public sealed class WsmqRetentionOverride
{
    /// <summary>The maximum age of an entry; 1 second to 10 years.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>The maximum number of entries in one log; 1 to 100,000,000.</summary>
    public int? MaxCount { get; set; }

    /// <summary>
    /// The maximum number of bytes of metadata and bodies in one log; 1 MiB to 1 TiB, and at least
    /// <see cref="WsmqPublishOptions.MaxBodyBytes"/>.
    /// </summary>
    public long? MaxBytes { get; set; }
}
