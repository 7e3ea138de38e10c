using Wsmq.Testing;

namespace Wsmq.Faults.Stores;

/// <summary>The settings of the servers of a run: a message with a receipt is on disk.</summary>
internal static class RedisSettings
{
    public static readonly string[] Safe = ["--appendfsync", "always", "--auto-aof-rewrite-percentage", "0", "--repl-diskless-sync-delay", "0"];

    public static Task<RedisServer> StartAsync(params string[] more) => RedisServer.StartAsync(appendOnly: true, [.. Safe, .. more]);

    public static Task<RedisServer> StartAsync(IReadOnlyDictionary<string, string> environment) =>
        RedisServer.StartAsync(appendOnly: true, environment, Safe);

    /// <summary>The number of entries in the journals of a server.</summary>
    public static async Task<int> JournaledAsync(RedisServer server) => Count(await server.CommandAsync("KEYS *:heads:*"));

    /// <summary>The number of items of an array reply.</summary>
    public static int Count(string reply) =>
        reply.StartsWith('*') && int.TryParse(reply[1..reply.IndexOf('\r', StringComparison.Ordinal)], out var count) ? count : 0;
}
