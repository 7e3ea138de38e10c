using System.Reflection;

namespace Wsmq.Server.Redis;

/// <summary>The Lua scripts, one file per operation, with the files that each needs prepended.</summary>
internal static class RedisScript
{
    // Scripts that free memory or only move a cursor must run when the memory is full: otherwise nothing could be consumed. A replica
    // refuses a script with this header, even if it only reads.
    private const string AlsoWhenFull = "#!lua flags=allow-oom\n";

    public static readonly string Append = Load("retention") + Load("nodes") + Load("outbox") + Load("marks") + Load("append");
    public static readonly string Read = AlsoWhenFull + Load("retention") + Load("read");
    public static readonly string States = Load("retention") + Load("nodes") + Load("states");
    public static readonly string Presence = AlsoWhenFull + Load("retention") + Load("nodes") + Load("presence");
    public static readonly string Ack = AlsoWhenFull + Load("retention") + Load("ack");
    public static readonly string OpenUser = AlsoWhenFull + Load("retention") + Load("open_user");
    public static readonly string OpenGroup = AlsoWhenFull + Load("retention") + Load("open_group");
    public static readonly string Forget = AlsoWhenFull + Load("retention") + Load("forget");
    public static readonly string Devices = AlsoWhenFull + Load("retention") + Load("devices");
    public static readonly string ForgetInGroup = AlsoWhenFull + "return redis.call('HDEL', KEYS[1], ARGV[1])";
    public static readonly string Join = Load("retention") + Load("join");
    public static readonly string Leave = AlsoWhenFull + Load("nodes") + Load("leave");
    public static readonly string Index = AlsoWhenFull + Load("nodes") + Load("index");

    public static readonly string Fail = AlsoWhenFull + Load("retention") + Load("discard") + Load("fail");
    public static readonly string Dead = AlsoWhenFull + Load("retention") + Load("discard") + Load("dead");
    public static readonly string Bury = AlsoWhenFull + Load("bury");
    // Bans and revocations must work when the memory is full, too.
    public static readonly string AccessWrite = AlsoWhenFull + Load("access_write");
    public static readonly string AccessRead = AlsoWhenFull + Load("access_read");

    // When the memory is full, usage must still be credited for removed entries and charged for stored ones.
    public static readonly string UsageAdd = AlsoWhenFull + Load("retention") + Load("usage") + Load("usage_add");
    public static readonly string UsageChange = AlsoWhenFull + Load("usage_change");

    public static readonly string Permissions = AlsoWhenFull + Load("permissions");
    public static readonly string Confirm = AlsoWhenFull + Load("confirm");

    // Without comments and indentation: Redis hashes the text with every EVAL, and scripts that must keep their order are sent with EVAL.
    private static string Load(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"The script {name}.lua is not embedded.");
        using var reader = new StreamReader(stream);
        var lines = reader.ReadToEnd().Split('\n').Select(l => l.TrimStart()).Where(l => l.Length > 0 && !l.StartsWith("--", StringComparison.Ordinal));
        return string.Concat(lines.Select(l => l + '\n'));
    }
}
