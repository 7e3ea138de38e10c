using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace Wsmq.Tests.Fuzz;

/// <summary>Tells periodic queries of Redis from a loop that queries it without a pause.</summary>
internal static class RedisCalm
{
    private const int Looks = 25;

    /// <summary>Waits for a period in which the rate of commands is below the limit, and fails if there is none.</summary>
    /// <param name="server">The server, which no other test may use meanwhile.</param>
    /// <param name="mostInASecond">The limit: well below a loop without a pause, and well above periodic checks.</param>
    public static async Task ComesAsync(IServer server, int mostInASecond)
    {
        var looks = new Queue<(long At, long Commands)>();
        await Eventually.That($"Redis receives less than {mostInASecond} commands per second", async () =>
        {
            looks.Enqueue((Stopwatch.GetTimestamp(), await CountAsync(server)));
            if (looks.Count <= Looks)
                return false;
            var (since, before) = looks.Dequeue();
            var commands = looks.Last().Commands - before - Looks;
            return commands < mostInASecond * Stopwatch.GetElapsedTime(since, looks.Last().At).TotalSeconds;
        });
    }

    private static async Task<long> CountAsync(IServer server) => long.Parse(
        (await server.InfoAsync("stats"))[0].Single(p => p.Key == "total_commands_processed").Value, CultureInfo.InvariantCulture);
}
