using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace Wsmq.Tests.Fuzz;

/// <summary>Whether Redis is asked now and then, or again and again without a pause.</summary>
internal static class RedisCalm
{
    private const int Looks = 25;

    /// <summary>Waits for a while in which Redis carries out so few commands, and fails where there is none.</summary>
    /// <param name="server">The server, which nobody else uses.</param>
    /// <param name="mostInASecond">Well below what a loop without a pause makes, and well above checks every so often.</param>
    public static async Task ComesAsync(IServer server, int mostInASecond)
    {
        var looks = new Queue<(long At, long Commands)>();
        await Eventually.That($"Redis is asked less than {mostInASecond} times a second", async () =>
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
