using System.Diagnostics;

namespace Wsmq.Testing;

/// <summary>Waits for something that happens by itself. The only place in tests that lets time pass.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public static Task That(string reason, Func<bool> condition) => That(reason, () => Task.FromResult(condition()));

    public static async Task That(string reason, Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > Limit)
                throw new TimeoutException($"Not within {Limit.TotalSeconds:0} s: {reason}");
            await Task.Delay(Poll);
        }
    }
}
