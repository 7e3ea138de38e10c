using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Wsmq.Cli.Connecting;

namespace Wsmq.Cli.Commands.Queues;

/// <summary><c>wsmq work</c>: works on the jobs of a queue with a command of the shell.</summary>
internal static class WorkCommand
{
    private const int MostJobs = 1_000;

    public static Command Create()
    {
        var (queue, connection) = (QueueVerb.Queue(), new ConnectionOptions());
        var exec = new Option<string>("--exec")
        {
            Description = "The command that handles one job, run by the shell with the body of the job on standard input.",
            HelpName = "command",
            Required = true,
        };
        var concurrency = new Option<int>("--concurrency")
        {
            Description = "How many commands run at a time. Default: 1",
            HelpName = "n",
            DefaultValueFactory = _ => 1,
            CustomParser = ParseConcurrency,
        };
        var command = new Command("work", $"""
            Works on the jobs of a queue until Ctrl+C. The command gets the body on standard input, a JSON string as its text, and the rest in
            the environment: WSMQ_JOB_ID, WSMQ_JOB_TYPE, WSMQ_JOB_ATTEMPT, WSMQ_JOB_POSITION, WSMQ_JOB_QUEUE, WSMQ_JOB_SENDER,
            WSMQ_JOB_CONTENT_TYPE, WSMQ_JOB_CORRELATION_ID, WSMQ_JOB_REPLY_TO, and WSMQ_HEADER_NAME for each header. Exit code 0 completes the
            job; any other one is a failed attempt, with a line on standard error. After Ctrl+C running commands are ended, and their jobs
            are handed back.
            {ExitCodes.Help}
            """) { queue, exec, concurrency };
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var session = connection.CreateSession(result);
            var jobs = new JobProcesses(result.GetRequiredValue(exec), cancellationToken);
            var run = new WorkRun(session, QueueVerb.NameOf(result, queue), jobs, result.GetValue(concurrency));
            return await run.RunAsync(cancellationToken);
        });
        return command;
    }

    private static int ParseConcurrency(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= MostJobs)
            return count;
        result.AddError($"--concurrency must be a whole number from 1 to {MostJobs}, not '{result.Tokens[0].Value}'.");
        return 1;
    }
}
