using System.Diagnostics;

namespace Wsmq.Testing;

/// <summary>Polls until a condition holds. The only place in tests that waits for time to pass.</summary>
public static class Eventually
{
    // Longer than any condition takes on a machine with ten times the load that it can handle.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    // Most conditions hold at once, some take seconds: the polling interval starts short and grows.
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromMilliseconds(20);

    public static Task That(string reason, Func<bool> condition) => That(reason, () => Task.FromResult(condition()));

    public static async Task That(string reason, Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        for (var pause = First; !await condition(); pause = pause * 2 < Most ? pause * 2 : Most)
        {
            if (watch.Elapsed > Limit)
                throw new TimeoutException($"Not within {Limit.TotalSeconds:0} s: {reason}");
            await Task.Delay(pause);
        }
    }
}
