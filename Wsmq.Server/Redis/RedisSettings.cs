using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace Wsmq.Server.Redis;

/// <summary>
/// The app's configuration string and its changes of it, as settings of the driver. Each setting counts, or has no effect as
/// docs/operations.md says, or is refused here by name. No text has a value in it: a comma in a password makes settings of its rest.
/// </summary>
internal static partial class RedisSettings
{
    public const string WaitingForReplicas = "replicas";

    private const string Commands = "commands";
    private const string DefaultName = "wsmq";

    // Subscriptions and pushes go to a promoted replica once the driver has seen it; by itself it would look once a minute.
    private const int RoleCheckSeconds = 5;

    // For the way there and back.
    private static readonly TimeSpan WaitSpare = TimeSpan.FromSeconds(1);

    // What the driver does without, or calls by another name alone. Everything else is called by scripts as well, or is needed.
    private static readonly HashSet<string> Optional =
        new(["AUTH", "CLIENT", "CONFIG", "ECHO", "HELLO", "INFO", "READONLY", "ROLE"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The settings of one connection, with the app's changes.</summary>
    /// <exception cref="InvalidOperationException">A setting cannot be honoured.</exception>
    public static ConfigurationOptions Of(WsmqRedisOptions options, string purpose)
    {
        var settings = Changed(options, purpose);

        // In the names already: scripts publish as well, and no prefix of the driver's reaches them.
        settings.ChannelPrefix = default;
        return settings;
    }

    /// <summary>
    /// Begins the name of every channel. Unlike keys, channels are those of a whole server: what only differs in the number of its
    /// database would hear each other.
    /// </summary>
    public static string ChannelsOf(WsmqRedisOptions options)
    {
        var settings = Changed(options, Commands);
        var database = settings.DefaultDatabase is > 0 and var number ? $":db{number:D}" : string.Empty;
        return $"{(string?)settings.ChannelPrefix}{options.KeyPrefix}{database}";
    }

    /// <summary>What the configuration string has that cannot be honoured.</summary>
    public static IEnumerable<string> Defects(string configuration)
    {
        if (string.IsNullOrWhiteSpace(configuration))
            return [];

        // Its user and password would be taken for the name of a server, and shown.
        if (Parts(configuration).Any(IsUrl))
            return ["options.Configuration is a URL; it is written host:port,user=…,password=…"];
        if (DatabaseStrings().IsMatch(configuration))
            return ["options.Configuration looks like the connection string of a database; Redis is written host:port,user=…,password=…, and UseSqlite takes the path of a database file"];
        try
        {
            return Defects(ConfigurationOptions.Parse(configuration));
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return [.. Parts(configuration).Where(p => !IsRead(p)).Select(p => $"options.Configuration: {Unread(KeyOf(p))}")];
        }
    }

    /// <summary>Settings of the string that something else decides, and what does.</summary>
    public static IEnumerable<(string Setting, string Instead)> WithoutEffect(string configuration) => Parts(configuration)
        .Select(KeyOf)
        .Where(key => key is "synctimeout" or "asynctimeout")
        .Select(key => (key == "synctimeout" ? "syncTimeout" : "asyncTimeout", nameof(WsmqRedisOptions.CommandTimeout)));

    // Settings of Redis stand behind a server, and are separated by commas.
    [GeneratedRegex(@"^\s*(data ?source|filename|server|host|address|addr|initial catalog|database|user ?id|uid)\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex DatabaseStrings();

    private static ConfigurationOptions Changed(WsmqRedisOptions options, string purpose)
    {
        var settings = ConfigurationOptions.Parse(options.Configuration);
        settings.ClientName = $"{settings.ClientName ?? DefaultName}-{purpose}";
        settings.AsyncTimeout = settings.SyncTimeout = (int)options.CommandTimeout.TotalMilliseconds;
        settings.ReconnectRetryPolicy = new ExponentialRetry(100, 2_000);

        // The driver's own key and channel lie outside of the prefix; a user may not be allowed to touch them.
        settings.TieBreaker = settings.ConfigurationChannel = string.Empty;
        settings.ConfigCheckSeconds = Math.Min(settings.ConfigCheckSeconds, RoleCheckSeconds);
        if (purpose == WaitingForReplicas)
        {
            // What could not be sent at once may be sent over another connection: a wait there would count other writes.
            settings.BacklogPolicy = BacklogPolicy.FailFast;
            settings.AsyncTimeout = (int)(options.ReplicaTimeout + WaitSpare).TotalMilliseconds;
        }

        settings.AbortOnConnectFail = true;

        // The driver counts INFO among the admin commands; nothing else of that kind is used.
        settings.AllowAdmin = true;
        options.ConfigureConnection?.Invoke(settings);
        if (Defects(settings).FirstOrDefault() is { } defect)
            throw new InvalidOperationException(defect.Replace("options.", nameof(WsmqRedisOptions) + ".", StringComparison.Ordinal));
        return settings;
    }

    private static List<string> Defects(ConfigurationOptions settings)
    {
        var defects = new List<string>();
        void Require(bool condition, string defect)
        {
            if (!condition)
                defects.Add($"options.Configuration: {defect}");
        }

        Require(settings.EndPoints.Count > 0, "names no server, such as 'redis:6379'");
        Require(settings.Proxy == Proxy.None, "proxy cannot be used, since such a proxy passes no subscriptions on: name the servers themselves");
        Require(settings.DefaultDatabase is null or >= 0, "defaultDatabase must be 0 or more");
        Require(
            !((string?)settings.ChannelPrefix ?? string.Empty).Any(c => c is '{' or '}' || char.IsWhiteSpace(c) || char.IsControl(c)),
            "channelPrefix must not have braces or spaces");
        foreach (var command in settings.Proxy == Proxy.None ? ChangedCommands(settings) : [])
            Require(Optional.Contains(command), $"${command} cannot be renamed or switched off: wsmq needs it, by this name");
        return defects;
    }

    private static IEnumerable<string> ChangedCommands(ConfigurationOptions settings) => Parts(settings.CommandMap.ToString() ?? string.Empty)
        .Where(p => p.StartsWith('$')).Select(p => p[1..].Split('=')[0]);

    private static bool IsUrl(string part) =>
        (part.Contains("://", StringComparison.Ordinal) && KeyOf(part) != "tunnel") || part.Split('=')[0].Contains('@', StringComparison.Ordinal);

    private static string Unread(string key) => Known.Contains(key)
        ? $"{key} has a value that it may not have"
        : "has a setting that the driver does not know. A comma ends a setting: a password with one is set in ConfigureConnection";

    private static bool IsRead(string part)
    {
        try
        {
            return ConfigurationOptions.Parse(part) is not null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Parts(string configuration) =>
        configuration.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string KeyOf(string part) => part.Split('=')[0].Trim().ToLowerInvariant();

    // In lower case. Only these may stand in a text.
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "abortconnect", "allowadmin", "asynctimeout", "channelprefix", "checkcertificaterevocation", "configchannel", "configcheckseconds",
        "connectretry", "connecttimeout", "defaultdatabase", "defaults", "highintegrity", "keepalive", "maintmovingendpointtype",
        "maintnotifications", "maintposteventrelaxed", "maintrelaxedtimeout", "maintrelaxedwindowmax", "protocol", "proxy", "resolvedns",
        "setlib", "sharedsubscriptionconnection", "ssl", "sslprotocols", "synctimeout", "tcpkeepalive", "topologyrefreshseconds", "tunnel", "version",
    };
}
