using System.Diagnostics;
using System.Text.Json;
using Wsmq.Benchmarks.Load;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Work;

/// <summary>Producers with the .NET client: as many sends outstanding as the window allows, or a steady rate.</summary>
internal sealed class ProducerLoad(WsmqClient[] clients, string queue, int window)
{
    private readonly WsmqAddress _queue = WsmqAddress.Work(queue);
    private readonly long[] _numbers = new long[clients.Length];

    public async Task RunAsync()
    {
        await Task.WhenAll(clients.Select(c => c.StartAsync()));
        LoadCommand.Say(new { ready = true });
        await foreach (var line in StandardInput.LinesAsync())
        {
            var command = JsonSerializer.Deserialize<LoadProgram.Command>(line, JsonSerializerOptions.Web)!;
            var started = Clock.Micros;
            await (command.PerSecond is { } rate ? PacedAsync(command.Count, rate) : FastAsync(command.Count));
            LoadCommand.Say(new { started });
        }
    }

    private Task FastAsync(int count)
    {
        var left = count;
        return Task.WhenAll(Enumerable.Range(0, clients.Length * window).Select(async lane =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                await SendAsync(lane % clients.Length, Clock.Micros);
        }));
    }

    // Each job is sent by a thread that waits for its time: a timer would add its own lateness to what is measured.
    private Task PacedAsync(int count, double perSecond) => Task.Factory.StartNew(
        () =>
        {
            var (start, begun, sends) = (Stopwatch.GetTimestamp(), Clock.Micros, new List<Task>(count));
            while (sends.Count < count)
            {
                var after = sends.Count / perSecond;
                PreciseWait.Until(start + (long)(after * Stopwatch.Frequency));
                sends.Add(SendAsync(sends.Count % clients.Length, begun + (long)(after * 1e6)));
            }

            return Task.WhenAll(sends);
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    private Task SendAsync(int producer, long due) => clients[producer].SendAsync(
        _queue, LoadJob.Create((Environment.ProcessId * 1000L) + producer, Interlocked.Increment(ref _numbers[producer]), due));
}
