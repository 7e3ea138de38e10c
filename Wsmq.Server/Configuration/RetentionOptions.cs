namespace Wsmq;

/// <summary>How much of each log is kept: what is older, or too many, is removed and announced to readers as a gap.</summary>
public sealed class RetentionOptions
{
    /// <summary>The oldest entry kept. Default 7 days; 1 second to 10 years.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The most entries kept in one log. Default 100,000; 1 to 100,000,000.</summary>
    public int MaxCount { get; set; } = 100_000;

    /// <summary>For <c>user:</c> logs, where they differ.</summary>
    public RetentionOverride User { get; } = new();

    /// <summary>For <c>group:</c> logs, where they differ.</summary>
    public RetentionOverride Group { get; } = new();

    internal (TimeSpan MaxAge, int MaxCount) For(AddressKind kind)
    {
        var special = kind switch
        {
            AddressKind.User => User,
            AddressKind.Group => Group,
            _ => null,
        };
        return (special?.MaxAge ?? MaxAge, special?.MaxCount ?? MaxCount);
    }
}

/// <summary>Retention of one kind of address; null takes the general value.</summary>
public sealed class RetentionOverride
{
    /// <summary>The oldest entry kept; 1 second to 10 years.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>The most entries kept in one log; 1 to 100,000,000.</summary>
    public int? MaxCount { get; set; }
}
