using System.Diagnostics;
using System.Globalization;
using Wsmq.Faults.Stores;
using Wsmq.Testing;

namespace Wsmq.Faults.Running;

/// <summary>
/// One run in a process of its own: if it crashes or exceeds its time limit, the campaign continues. The servers and nodes of a run end
/// with its process.
/// </summary>
internal static class ChildRun
{
    // The load, and the time that a busy machine needs to start, to deliver the rest, and to become idle.
    private static TimeSpan LimitOf(double minutes) => TimeSpan.FromMinutes((4 * minutes) + 20);

    public static async Task<RunResult> RunAsync(RunSettings settings, CancellationToken stop)
    {
        var store = settings.Store ?? StoreName.All[settings.Seed % StoreName.All.Length];
        using var process = Process.Start(Start(settings, store))!;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(LimitOf(settings.Minutes));
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            var last = output.TrimEnd().Split('\n')[^1];
            return last.StartsWith('{')
                ? RunResult.Parse(last)
                : RunResult.Broken(settings.Seed, store, $"the run failed with exit code {process.ExitCode} and printed no result");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return RunResult.Broken(settings.Seed, store, $"the run did not end within {LimitOf(settings.Minutes).TotalMinutes:0} minutes");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: false);
        }
    }

    private static ProcessStartInfo Start(RunSettings settings, string store)
    {
        List<string> arguments =
        [
            "run", "--seed", $"{settings.Seed}", "--store", store, "--minutes", settings.Minutes.ToString(CultureInfo.InvariantCulture),
        ];
        if (settings.Stampede is { } stampede)
            arguments.AddRange(["--stampede", $"{stampede}"]);
        var line = NodeStart.LineOf(typeof(ChildRun).Assembly, arguments);
        return new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true };
    }
}
