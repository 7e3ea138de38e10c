using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Wsmq.Cli.Commands.Operators;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands.Queues;

/// <summary>The commands for single jobs: peek, find, status and cancel.</summary>
internal static class JobCommands
{
    // The messages of a page are in memory at the same time.
    private const int MostAtOnce = 200;

    /// <summary>The states by their names on the command line.</summary>
    public static readonly Dictionary<string, WsmqJobState> States =
        Enum.GetValues<WsmqJobState>().ToDictionary(state => state.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    public static Command Peek()
    {
        var queue = QueueVerb.Queue();
        var state = new Option<string>("--state") { Description = "The state of the jobs. Default: ready", HelpName = "state", DefaultValueFactory = _ => "ready" };
        state.AcceptOnlyFromAmong([.. States.Keys]);
        var skip = Number("--skip", "How many jobs to leave out.", 0, 0);
        var max = Number("--max", "How many jobs to print.", 20, 1);
        var messages = new Option<bool>("--messages") { Description = "Prints the messages as well." };
        var command = QueueVerb.Create("peek", "Prints the jobs of a state, without changing them.", async call =>
        {
            var (name, result) = (QueueVerb.NameOf(call.Result, queue), call.Result);
            var (first, left) = (result.GetValue(skip), result.GetValue(max));
            for (var page = MostAtOnce; page == MostAtOnce && left > 0; (first, left) = (first + page, left - page))
            {
                var jobs = await call.Queues.PeekAsync(
                    name, States[result.GetRequiredValue(state)], first, Math.Min(left, MostAtOnce), result.GetValue(messages), call.Stop);
                foreach (var job in jobs)
                    call.Print(job, QueueText.Of(job));
                page = jobs.Count;
            }

            return ExitCodes.Ok;
        });
        command.Add(queue);
        foreach (var option in new Option[] { state, skip, max, messages })
            command.Add(option);
        return command;
    }

    public static Command Find()
    {
        var (queue, position) = (QueueVerb.Queue(), Position(required: true));
        var command = QueueVerb.Create("find", "Prints one job with its message.", async call =>
        {
            var name = QueueVerb.NameOf(call.Result, queue);
            var job = await call.Queues.FindAsync(name, WsmqPosition.Parse(call.Result.GetValue(position)), call.Stop) ?? throw NotFound();
            call.Print(job, QueueText.Of(job));
            return ExitCodes.Ok;
        });
        command.Add(queue);
        command.Add(position);
        return command;
    }

    public static Command Status()
    {
        var (queue, position) = (QueueVerb.Queue(), Position(required: true));
        var command = QueueVerb.Create("status", "Prints the state and progress of one job, or how it has ended.", async call =>
        {
            var status = await call.Queues.StatusAsync(
                QueueVerb.NameOf(call.Result, queue), WsmqPosition.Parse(call.Result.GetValue(position)), call.Stop);
            if (!status.IsKnown)
                throw new CliFailure(ExitCodes.Refused, "Nothing is known of such a job: its outcome is no longer kept, or it never existed.");
            call.Print(status, QueueText.Of(status));
            return ExitCodes.Ok;
        });
        command.Add(queue);
        command.Add(position);
        return command;
    }

    public static Command Cancel()
    {
        var (queue, position) = (QueueVerb.Queue(), Position(required: false));
        var unique = new Option<string?>("--unique-id") { Description = "Cancels the job that has this unique id.", HelpName = "id" };
        var command = QueueVerb.Create("cancel", "Removes one job or dead letter. If a worker holds the job, its lease is lost.", async call =>
        {
            var name = QueueVerb.NameOf(call.Result, queue);
            var cancelled = call.Result.GetValue(unique) is { } id
                ? call.Queues.CancelAsync(name, id, call.Stop)
                : call.Queues.CancelAsync(name, WsmqPosition.Parse(call.Result.GetValue(position)), call.Stop);
            if (!await cancelled)
                throw NotFound();
            call.Print(new { Cancelled = true }, "cancelled");
            return ExitCodes.Ok;
        });
        command.Add(queue);
        command.Add(position);
        command.Add(unique);
        command.Validators.Add(result =>
        {
            if (result.GetResult(unique) is null == (result.GetResult(position)?.Tokens.Count ?? 0) < 1)
                result.AddError("Name the job by its position or by --unique-id.");
        });
        return command;
    }

    private static CliFailure NotFound() => new(ExitCodes.Refused, "The queue has no such job: it has ended, or never existed.");

    private static Argument<string?> Position(bool required)
    {
        var position = new Argument<string?>("position")
        {
            Description = "The position of the job, from the receipt of its send.",
            Arity = required ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
        };
        position.Validators.Add(ApiVerb.CheckPosition);
        return position;
    }

    private static Option<int> Number(string name, string description, int value, int least) => new(name)
    {
        Description = $"{description} Default: {value}",
        HelpName = "n",
        DefaultValueFactory = _ => value,
        CustomParser = result => Parse(result, name, least),
    };

    private static int Parse(ArgumentResult result, string name, int least)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least)
            return number;
        result.AddError($"{name} must be a whole number from {least}, not '{result.Tokens[0].Value}'.");
        return least;
    }
}
