namespace Wsmq.Host.Configuration;

/// <summary>The settings of the configuration section <c>Wsmq</c>.</summary>
internal sealed class HostSettings
{
    public const string Section = "Wsmq";

    private const string TimeHint = "Write a time as d.hh:mm:ss: 7.00:00:00 for 7 days, 00:00:30 for 30 seconds.";

    /// <summary>Properties of the library's options that the configuration cannot set, or sets under another key.</summary>
    public static readonly HashSet<(Type, string)> SetInCodeOnly =
    [
        (typeof(WsmqOptions), nameof(WsmqOptions.Queues)),
        (typeof(WsmqOptions), nameof(WsmqOptions.Unacknowledged)),
        (typeof(WsmqPublishOptions), nameof(WsmqPublishOptions.Json)),
        (typeof(WsmqLimitOptions), nameof(WsmqLimitOptions.ClassProvider)),
        (typeof(WsmqRedisOptions), nameof(WsmqRedisOptions.Configuration)),
        (typeof(WsmqRedisOptions), nameof(WsmqRedisOptions.ConfigureConnection)),
        (typeof(WsmqSqliteOptions), nameof(WsmqSqliteOptions.Path)),
    ];

    /// <summary>A StackExchange.Redis configuration string; if it is not set, the embedded store is used.</summary>
    public string? Redis { get; set; }

    /// <summary>The folder of the embedded store and of the development key.</summary>
    public string DataFolder { get; set; } = Development.DataFolder.Default;

    /// <summary>The path of the hub.</summary>
    public string Path { get; set; } = "/wsmq";

    /// <summary>The path of the HTTP API.</summary>
    public string ApiPath { get; set; } = "/wsmq-api";

    /// <summary>The path of the dashboard.</summary>
    public string DashboardPath { get; set; } = "/wsmq-admin";

    /// <summary>
    /// Whether the host has its console in Development, with which everybody on this machine can act as any user.
    /// </summary>
    public bool Console { get; set; } = true;

    /// <summary>Limits, retention, in-flight windows.</summary>
    public WsmqOptions Options { get; } = new();

    public WsmqRedisOptions RedisOptions { get; } = new();

    public WsmqSqliteOptions SqliteOptions { get; } = new();

    public TokenSettings Tokens { get; } = new();

    /// <summary>
    /// Groups and their members, for a host without an app that manages them. A group named here has exactly these members; other
    /// groups are left unchanged.
    /// </summary>
    public Dictionary<string, string[]> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>The work queues, with their options and who may use them: nobody by default.</summary>
    public Dictionary<string, QueueSettings> Queues { get; } = new(StringComparer.Ordinal);

    /// <summary>The operators and their actions over the HTTP API: nobody by default.</summary>
    public Dictionary<string, string[]> Operators { get; } = new(StringComparer.Ordinal);

    internal string DatabasePath => System.IO.Path.Combine(DataFolder, "wsmq.db");

    /// <summary>Reads and validates the section. Throws <see cref="HostRefusal"/>, whose message states what to change.</summary>
    public static HostSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        KnownKeys.Require(section, typeof(HostSettings));
        var settings = new HostSettings();
        try
        {
            section.Bind(settings);

            // A queue without settings is declared as well.
            foreach (var queue in section.GetSection(nameof(Queues)).GetChildren())
            {
                settings.Queues.TryAdd(queue.Key, new QueueSettings());
                queue.Bind(new WsmqQueueOptions());
            }

            OperatorSettings.Read(section.GetSection(nameof(Operators)), settings.Operators);
        }
        catch (InvalidOperationException e)
        {
            // The binder's message names the key, the value and the type; the inner exception adds what is wrong with the value.
            var cause = e.InnerException is { } inner ? $" {inner.Message}" : "";
            var hint = e.Message.Contains($"'{typeof(TimeSpan)}'", StringComparison.Ordinal) ? $" {TimeHint}" : "";
            throw new HostRefusal($"{e.Message}{cause}{hint}", e);
        }

        settings.Check();
        return settings;
    }

    private void Check()
    {
        CheckPath(nameof(Path), Path, "/wsmq");
        CheckPath(nameof(ApiPath), ApiPath, "/wsmq-api");
        CheckPath(nameof(DashboardPath), DashboardPath, "/wsmq-admin");
        if (Redis is not null && string.IsNullOrWhiteSpace(Redis))
            throw new HostRefusal($"{Section}:Redis is empty: set it to host:port, or remove it to use the embedded store.");
        if (string.IsNullOrWhiteSpace(DataFolder))
            throw new HostRefusal($"{Section}:DataFolder is empty: set a folder, or remove it to use {Development.DataFolder.Default}.");
        DataFolder = System.IO.Path.GetFullPath(DataFolder);
        Tokens.Check();
        foreach (var (group, users) in Groups)
            CheckNames($"{nameof(Groups)}:{group}", () => CheckGroup(group, users));
        foreach (var (name, queue) in Queues)
            CheckNames($"{nameof(Queues)}:{name}", () => queue.Check(name));
        foreach (var (user, actions) in Operators)
        {
            CheckNames($"{nameof(Operators)}:{user}", () => _ = WsmqAddress.User(user));
            OperatorSettings.Check(user, actions);
        }
    }

    private static void CheckPath(string key, string path, string example)
    {
        if (!path.StartsWith('/') || path.Length < 2 || path.AsSpan().ContainsAny("?#{} "))
            throw new HostRefusal($"{Section}:{key} is '{path}'; it must be a path such as {example}.");
    }

    private static void CheckGroup(string group, string[] users)
    {
        _ = WsmqAddress.Group(group);
        foreach (var user in users)
            _ = WsmqAddress.User(user);
    }

    private static void CheckNames(string key, Action check)
    {
        try
        {
            check();
        }
        catch (WsmqException e)
        {
            throw new HostRefusal($"{Section}:{key} contains an invalid name. {e.Message}", e);
        }
    }
}
