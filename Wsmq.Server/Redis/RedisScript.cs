using System.Reflection;

namespace Wsmq.Server.Redis;

/// <summary>The scripts, one file an operation.</summary>
internal static class RedisScript
{
    // A full server must let its readers in and take their acks, or it could never become less full.
    private const string AlsoWhenFull = "#!lua flags=allow-oom\n";

    public static readonly string Append = Load("retention") + Load("append");
    public static readonly string Read = Load("retention") + Load("read");
    public static readonly string States = Load("states");
    public static readonly string Ack = AlsoWhenFull + Load("retention") + Load("ack");
    public static readonly string OpenUser = AlsoWhenFull + Load("open_user");
    public static readonly string OpenGroup = Load("open_group");
    public static readonly string Join = Load("join");
    public static readonly string Leave = Load("leave");
    public static readonly string Index = Load("index");

    private static string Load(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"The script {name}.lua is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
