using System.Globalization;

namespace Wsmq.Testing.Memory;

/// <summary>Memory of a node while one user sent a load over many connections.</summary>
/// <param name="Load">The load.</param>
/// <param name="SentBytes">Bytes that the connections sent.</param>
/// <param name="PeakBytes">Peak resident memory of the process.</param>
/// <param name="LiveBytes">Peak live size of its managed heap; 0 if the process does not report it.</param>
public sealed record MemoryPeak(string Load, long SentBytes, long PeakBytes, long LiveBytes);

/// <summary>Sends loads of one user to a node in a process of its own, and measures that process.</summary>
/// <param name="processId">The id of the node's process.</param>
/// <param name="hub">Returns the hub URL for a user and a device, credentials included.</param>
/// <param name="live">The live size of its managed heap; null if the process does not report it.</param>
public sealed class MemoryWalk(int processId, Func<string, string, Uri> hub, LiveMemory? live = null)
{
    private const int Devices = 16;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(10);

    /// <summary>Resident memory of the node's process.</summary>
    public long ResidentBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{processId}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
    }

    private long LiveBytes => live?.Bytes ?? 0;

    /// <summary>Sends a load for a period of time.</summary>
    /// <param name="user">The user that sends.</param>
    /// <param name="load">The load.</param>
    /// <param name="connections">The number of connections.</param>
    /// <param name="reads">Returns whether the connection with this index reads what the node sends.</param>
    /// <param name="time">How long to send.</param>
    public async Task<MemoryPeak> RunAsync(string user, MemoryLoad load, int connections, Predicate<int> reads, TimeSpan time)
    {
        var opening = Enumerable.Range(0, connections)
            .Select(i => LoadConnection.OpenAsync(hub(user, $"d{i % Devices}"), reads(i), CancellationToken.None)).ToArray();
        try
        {
            var open = await Task.WhenAll(opening);
            using var end = new CancellationTokenSource(time);
            var running = Task.WhenAll(open.Select(c => Task.Run(() => c.RunAsync(load, end.Token))));
            var (peak, living) = (ResidentBytes, LiveBytes);
            for (; !running.IsCompleted; await Task.WhenAny(running, Task.Delay(Between)))
                (peak, living) = (Math.Max(peak, ResidentBytes), Math.Max(living, LiveBytes));
            await running;
            return new MemoryPeak(load.Name, open.Sum(c => c.Sent), Math.Max(peak, ResidentBytes), Math.Max(living, LiveBytes));
        }
        finally
        {
            foreach (var opened in opening.Where(o => o.IsCompletedSuccessfully))
                await (await opened).DisposeAsync();
        }
    }
}
