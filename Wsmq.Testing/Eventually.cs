using System.Diagnostics;

namespace Wsmq.Testing;

/// <summary>Waits for something that happens by itself. The only place in tests that lets time pass.</summary>
public static class Eventually
{
    // Longer than anything takes on a machine with ten times as much to do as it can.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    // Most things happen at once, and some take seconds: looks are frequent first, and then every so often.
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
