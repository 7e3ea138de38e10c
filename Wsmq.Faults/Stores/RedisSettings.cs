using Wsmq.Testing;

namespace Wsmq.Faults.Stores;

/// <summary>How the servers of a run are set: what has a receipt is on the disk.</summary>
internal static class RedisSettings
{
    public static readonly string[] Safe = ["--appendfsync", "always", "--auto-aof-rewrite-percentage", "0", "--repl-diskless-sync-delay", "0"];

    public static Task<RedisServer> StartAsync(params string[] more) => RedisServer.StartAsync(appendOnly: true, [.. Safe, .. more]);

    public static Task<RedisServer> StartAsync(IReadOnlyDictionary<string, string> environment) =>
        RedisServer.StartAsync(appendOnly: true, environment, Safe);

    /// <summary>An answer that is an array: how many items.</summary>
    public static int Count(string reply) =>
        reply.StartsWith('*') && int.TryParse(reply[1..reply.IndexOf('\r', StringComparison.Ordinal)], out var count) ? count : 0;
}
