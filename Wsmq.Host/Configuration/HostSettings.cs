namespace Wsmq.Host.Configuration;

/// <summary>What the section <c>Wsmq</c> of the configuration may hold.</summary>
internal sealed class HostSettings
{
    public const string Section = "Wsmq";

    private const string TimeHint = "A time is written d.hh:mm:ss: 7.00:00:00 for 7 days, 00:00:30 for 30 seconds.";

    /// <summary>Properties of the library's options that the configuration does not set, or sets elsewhere.</summary>
    public static readonly HashSet<(Type, string)> SetInCodeOnly =
    [
        (typeof(WsmqOptions), nameof(WsmqOptions.Json)),
        (typeof(WsmqLimitOptions), nameof(WsmqLimitOptions.ClassOf)),
        (typeof(WsmqRedisOptions), nameof(WsmqRedisOptions.Configuration)),
        (typeof(WsmqRedisOptions), nameof(WsmqRedisOptions.ConfigureConnection)),
        (typeof(WsmqSqliteOptions), nameof(WsmqSqliteOptions.Path)),
    ];

    /// <summary>A StackExchange.Redis configuration string; without one the embedded store is used.</summary>
    public string? Redis { get; set; }

    /// <summary>The folder of the embedded store and of the development key.</summary>
    public string DataFolder { get; set; } = Development.DataFolder.Default;

    /// <summary>The hub's path.</summary>
    public string Path { get; set; } = "/wsmq";

    /// <summary>Limits, retention, windows.</summary>
    public WsmqOptions Options { get; } = new();

    public WsmqRedisOptions RedisOptions { get; } = new();

    public WsmqSqliteOptions SqliteOptions { get; } = new();

    public TokenSettings Tokens { get; } = new();

    /// <summary>
    /// Groups and who is in them, for a host without an app that manages them. A group named here has exactly these members;
    /// other groups stay as they are.
    /// </summary>
    public Dictionary<string, string[]> Groups { get; } = new(StringComparer.Ordinal);

    internal string DatabasePath => System.IO.Path.Combine(DataFolder, "wsmq.db");

    /// <summary>Reads and checks the section. Throws <see cref="HostRefusal"/> with what to change.</summary>
    public static HostSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        KnownKeys.Require(section, typeof(HostSettings));
        var settings = new HostSettings();
        try
        {
            section.Bind(settings);
        }
        catch (InvalidOperationException e)
        {
            // The binder's own text names the key, the value and the type; the cause adds what is wrong with the value.
            var cause = e.InnerException is { } inner ? $" {inner.Message}" : "";
            var hint = e.Message.Contains($"'{typeof(TimeSpan)}'", StringComparison.Ordinal) ? $" {TimeHint}" : "";
            throw new HostRefusal($"{e.Message}{cause}{hint}", e);
        }

        settings.Check();
        return settings;
    }

    private void Check()
    {
        if (!Path.StartsWith('/') || Path.Length < 2 || Path.AsSpan().ContainsAny("?#{} "))
            throw new HostRefusal($"{Section}:Path must be a path such as /wsmq, and is '{Path}'.");
        if (Redis is not null && string.IsNullOrWhiteSpace(Redis))
            throw new HostRefusal($"{Section}:Redis is empty: give it host:port, or remove it to use the embedded store.");
        if (string.IsNullOrWhiteSpace(DataFolder))
            throw new HostRefusal($"{Section}:DataFolder is empty: name a folder, or remove it to use {Development.DataFolder.Default}.");
        DataFolder = System.IO.Path.GetFullPath(DataFolder);
        Tokens.Check();
        foreach (var (group, users) in Groups)
            CheckNames(group, users);
    }

    private static void CheckNames(string group, string[] users)
    {
        try
        {
            _ = WsmqAddress.Group(group);
            foreach (var user in users)
                _ = WsmqAddress.User(user);
        }
        catch (WsmqException e)
        {
            throw new HostRefusal($"{Section}:Groups:{group} holds a name that cannot be used. {e.Message}", e);
        }
    }
}
