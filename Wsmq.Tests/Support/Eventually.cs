using System.Diagnostics;

namespace Wsmq.Tests;

/// <summary>Waits for something that happens elsewhere, and says what did not happen if it does not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public static Task That(string reason, Func<bool> condition) => That(reason, () => Task.FromResult(condition()));

    public static async Task That(string reason, Func<Task<bool>> condition)
    {
        var start = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Poll);
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Limit)
                throw new TimeoutException($"It did not happen within {Limit}: {reason}");
            await timer.WaitForNextTickAsync();
        }
    }
}
