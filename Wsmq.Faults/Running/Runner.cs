using System.Diagnostics;

namespace Wsmq.Faults.Running;

/// <summary>Executes one run and reports its violations. Keeps its folder if there are any, if the run fails, or if requested.</summary>
internal static class Runner
{
    private const int MostShown = 20;

    public static async Task<RunResult> RunAsync(RunSettings settings, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        using var folder = new RunFolder();
        try
        {
            RunResult result;
            await using (var run = new Run(settings, folder.Path))
                result = RunResult.Of(settings.Seed, await run.RunAsync(stop)) with { Store = run.Store, Injected = run.Injected };
            result = result with { Took = (int)Stopwatch.GetElapsedTime(start).TotalSeconds };
            folder.Keep = settings.Keep || result.Violations.Count > 0;
            Show(result.Violations);
            return result;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            folder.Keep = true;
            throw;
        }
    }

    public static void Show(IReadOnlyList<string> violations)
    {
        foreach (var violation in violations.Take(MostShown))
            Progress.Say($"{violation}");
        if (violations.Count > MostShown)
            Progress.Say($"and {violations.Count - MostShown} more");
    }
}
