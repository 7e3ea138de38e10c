using System.CommandLine;
using Wsmq.Cli.Http;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands.Operators;

/// <summary>The commands for runs: changes of many dead letters, which the deployment carries out.</summary>
internal static class RunCommands
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static Command Run()
    {
        var action = new Argument<string>("action") { Description = "replay or remove." };
        action.AcceptOnlyFromAmong("replay", "remove");
        var filter = new DeadLetterFilterOptions();
        var perSecond = ApiVerb.Count("--per-second", "At most this many each second. Without it the server's rate.");
        var id = ApiVerb.Text("--id", "An id of your own. The same id starts no second run. Default: a new one", "id");
        var detach = new Option<bool>("--detach") { Description = "Ends when the run has begun, and does not wait for its end." };
        var yes = Confirmation.Option();
        return ApiVerb.Create(
            "run",
            "Replays or removes all dead letters that match and exist now: counts them, asks, and prints the progress. Ctrl+C ends the "
                + "command, not the run: wsmq dead-letter stop.",
            "Prints the state of the run as one JSON value on a line: at its end, or with --detach at its start.",
            async call =>
            {
                var (result, selected) = (call.Result, filter.Read(call.Result));
                var count = (await call.Api.CountDeadLettersAsync(selected, call.Stop)).Value!;
                Confirmation.Require(
                    result.GetValue(yes) || count.Count == 0, $"{result.GetRequiredValue(action)} {count.Count} dead letters");
                var run = await call.Api.StartRunAsync(
                    result.GetValue(id) ?? Guid.NewGuid().ToString("n"), result.GetRequiredValue(action), selected, count.Until,
                    result.GetValue(perSecond), call.Stop);
                return result.GetValue(detach) ? call.Print(run, OperatorText.Of) : await FollowAsync(call, run);
            },
            [action, .. filter.All, perSecond, id, detach, yes]);
    }

    public static Command List() => ApiVerb.Create(
        "runs", "Lists the runs.", ApiVerb.Lines, async call => call.PrintAll(await call.Api.ListRunsAsync(call.Stop), OperatorText.Of));

    public static Command Watch()
    {
        var id = Id();
        return ApiVerb.Create("watch", "Prints the progress of a run until it ends.", ApiVerb.OneValue, async call =>
            await FollowAsync(call, Existing(await call.Api.RunAsync(call.Result.GetRequiredValue(id), call.Stop))), id);
    }

    public static Command Stop()
    {
        var id = Id();
        return ApiVerb.Create("stop", "Stops a run. What it has done stays done.", ApiVerb.OneValue, async call =>
        {
            var run = await call.Api.StopRunAsync(call.Result.GetRequiredValue(id), call.Stop);
            return call.Print(Existing(run), OperatorText.Of);
        }, id);
    }

    private static IdArgument Id() => new("id") { Description = "The id of the run." };

    private static ApiAnswer<ApiDeadLetterRun> Existing(ApiAnswer<ApiDeadLetterRun> run) =>
        run.Value is null ? throw new CliFailure(ExitCodes.Refused,
            "There is no such run: its record is no longer kept, or it never existed.") : run;

    /// <summary>Prints progress on standard error, and the end on standard output.</summary>
    private static async Task<int> FollowAsync(ApiCall call, ApiAnswer<ApiDeadLetterRun> run)
    {
        string? said = null;
        for (; run.Value!.IsRunning; run = Existing(await call.Api.RunAsync(run.Value.Id, call.Stop)))
        {
            if (OperatorText.Of(run.Value) is var text && text != said)
                await CommandLine.WriteErrorAsync(said = text);
            await Task.Delay(Interval, call.Stop);
        }

        call.Print(run, OperatorText.Of);
        return run.Value is { State: "done", Failed: 0 } ? ExitCodes.Ok : ExitCodes.Refused;
    }
}
