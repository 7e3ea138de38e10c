using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// The app's configuration string and its changes to it, as settings of the driver. Each setting is used, or has no effect as
/// documented in docs/operations.md, or is refused here by name. No error text contains a value: if a password contains a comma, the
/// driver parses the rest of the password as settings.
/// </summary>
internal static partial class RedisSettings
{
    public const string WaitingForReplicas = "replicas";

    private const string Commands = "commands";
    private const string DefaultName = "wsmq";

    // Subscriptions and pushes move to a promoted replica once the driver detects it; by default it checks once a minute.
    private const int RoleCheckSeconds = 5;

    // Allowance for the round trip of a WAIT.
    private static readonly TimeSpan WaitSpare = TimeSpan.FromSeconds(1);

    // Commands that the driver can do without, or that only it calls, under the new name. All others are needed, or called by scripts too.
    private static readonly HashSet<string> Optional =
        new(["AUTH", "CLIENT", "CONFIG", "ECHO", "HELLO", "INFO", "READONLY", "ROLE"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The settings of one connection, with the app's changes.</summary>
    /// <exception cref="InvalidOperationException">A setting cannot be honoured.</exception>
    public static ConfigurationOptions Of(WsmqRedisOptions options, string purpose)
    {
        var settings = Changed(options, purpose);

        // The channel names include the prefix already: scripts publish too, and the driver's prefix does not apply to them.
        settings.ChannelPrefix = default;
        return settings;
    }

    /// <summary>
    /// The prefix of every channel. Unlike keys, channels are shared by all databases of a server: without the database number,
    /// deployments that differ only in their database would receive each other's messages.
    /// </summary>
    public static string ChannelsOf(WsmqRedisOptions options)
    {
        var settings = Changed(options, Commands);
        var database = settings.DefaultDatabase is > 0 and var number ? $":db{number:D}" : string.Empty;
        return $"{(string?)settings.ChannelPrefix}{options.KeyPrefix}{database}";
    }

    /// <summary>The settings in the configuration string that cannot be used, as error texts.</summary>
    public static IEnumerable<string> Defects(string configuration)
    {
        if (string.IsNullOrWhiteSpace(configuration))
            return [];

        // The driver would take its user and password for a server name, which error texts show.
        if (Parts(configuration).Any(IsUrl))
            return ["options.Configuration is a URL; write host:port,user=…,password=…"];
        if (DatabaseStrings().IsMatch(configuration))
            return ["options.Configuration looks like the connection string of a database; for Redis write host:port,user=…,password=…; "
                + "UseSqlite takes the path of a database file"];
        try
        {
            return Defects(ConfigurationOptions.Parse(configuration));
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return [.. Parts(configuration).Where(p => !IsRead(p)).Select(p => $"options.Configuration: {Unread(KeyOf(p))}")];
        }
    }

    /// <summary>Settings of the string that have no effect, each with the option that replaces it.</summary>
    public static IEnumerable<(string Setting, string Instead)> WithoutEffect(string configuration) => Parts(configuration)
        .Select(KeyOf)
        .Where(key => key is "synctimeout" or "asynctimeout")
        .Select(key => (key == "synctimeout" ? "syncTimeout" : "asyncTimeout", nameof(WsmqRedisOptions.CommandTimeout)));

    // In a Redis string the settings follow a server and are separated by commas.
    [GeneratedRegex(@"^\s*(data ?source|filename|server|host|address|addr|initial catalog|database|user ?id|uid)\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex DatabaseStrings();

    private static ConfigurationOptions Changed(WsmqRedisOptions options, string purpose)
    {
        var settings = ConfigurationOptions.Parse(options.Configuration);
        settings.ClientName = $"{settings.ClientName ?? DefaultName}-{purpose}";
        settings.AsyncTimeout = settings.SyncTimeout = (int)options.CommandTimeout.TotalMilliseconds;
        settings.ReconnectRetryPolicy = new ExponentialRetry(100, 2_000);

        // The driver's own key and channel are outside the prefix; the Redis user may lack permission for them.
        settings.TieBreaker = settings.ConfigurationChannel = string.Empty;
        settings.ConfigCheckSeconds = Math.Min(settings.ConfigCheckSeconds, RoleCheckSeconds);
        if (purpose == WaitingForReplicas)
        {
            // A queued command may be sent over another connection after a reconnect: WAIT would cover other writes there.
            settings.BacklogPolicy = BacklogPolicy.FailFast;
            settings.AsyncTimeout = (int)(options.ReplicaTimeout + WaitSpare).TotalMilliseconds;
        }

        settings.AbortOnConnectFail = true;

        // The driver classifies INFO as an admin command; no other admin command is used.
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
        Require(
            settings.Proxy == Proxy.None,
            "proxy is not supported, because such a proxy does not forward subscriptions: name the servers themselves");
        Require(settings.DefaultDatabase is null or >= 0, "defaultDatabase must be 0 or more");
        Require(
            !((string?)settings.ChannelPrefix ?? string.Empty).Any(c => c is '{' or '}' || char.IsWhiteSpace(c) || char.IsControl(c)),
            "channelPrefix must not have braces or spaces");
        foreach (var command in settings.Proxy == Proxy.None ? ChangedCommands(settings) : [])
            Require(Optional.Contains(command), $"${command} cannot be renamed or disabled: wsmq needs it under this name");
        return defects;
    }

    private static IEnumerable<string> ChangedCommands(ConfigurationOptions settings) => Parts(settings.CommandMap.ToString() ?? string.Empty)
        .Where(p => p.StartsWith('$')).Select(p => p[1..].Split('=')[0]);

    private static bool IsUrl(string part) =>
        (part.Contains("://", StringComparison.Ordinal) && KeyOf(part) != "tunnel") || part.Split('=')[0].Contains('@', StringComparison.Ordinal);

    private static string Unread(string key) => Known.Contains(key)
        ? $"{key} has an invalid value"
        : "has a setting that the driver does not know. A comma ends a setting: set a password that contains one in ConfigureConnection";

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

    // In lower case. Error texts show only these names: an unknown one may be part of a password.
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "abortconnect", "allowadmin", "asynctimeout", "channelprefix", "checkcertificaterevocation", "configchannel", "configcheckseconds",
        "connectretry", "connecttimeout", "defaultdatabase", "defaults", "highintegrity", "keepalive", "maintmovingendpointtype",
        "maintnotifications", "maintposteventrelaxed", "maintrelaxedtimeout", "maintrelaxedwindowmax", "protocol", "proxy", "resolvedns",
        "setlib", "sharedsubscriptionconnection", "ssl", "sslprotocols", "synctimeout", "tcpkeepalive", "topologyrefreshseconds", "tunnel", "version",
    };
}
