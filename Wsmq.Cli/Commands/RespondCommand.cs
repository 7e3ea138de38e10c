using System.CommandLine;
using Wsmq.Cli.Commands.Queues;
using Wsmq.Cli.Connecting;

namespace Wsmq.Cli.Commands;

/// <summary><c>wsmq respond</c>: answers requests with a command of the shell.</summary>
internal static class RespondCommand
{
    public static Command Create()
    {
        var connection = new ConnectionOptions();
        var type = new Option<string>("--type") { Description = "The name of the type of requests.", HelpName = "name", Required = true };
        var exec = new Option<string>("--exec")
        {
            Description = "The command that answers one request, run by the shell: the body on standard input, the reply on standard output.",
            HelpName = "command",
            Required = true,
        };
        var at = new Option<string?>("--at")
        {
            Description = "A group of the user, group:<name>, or a work queue, work:<queue>. Default: the user itself.", HelpName = "address",
        };
        var command = new Command("respond", $"""
            Answers requests until Ctrl+C. The command gets the body on standard input, a JSON string as its text, and the address and the sender
            in the environment: WSMQ_REQUEST_TO and WSMQ_REQUEST_SENDER. With exit code 0 its output is the reply: as that value if it is JSON,
            otherwise as a string. With any other one the request fails with the code command-failed.
            {ExitCodes.Help}
            """) { type, exec, at };
        connection.AddTo(command);
        at.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !WsmqAddress.TryParse(text, out _, out var error))
                result.AddError($"--at: {error.Text}");
        });
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var session = connection.CreateSession(result);
            var processes = new RequestProcesses(result.GetRequiredValue(exec));
            session.SayConnection();
            session.Client.Error += (_, e) =>
            {
                if (e.Operation is WsmqClientOperation.Respond or WsmqClientOperation.Work)
                    _ = CommandLine.WriteErrorAsync(e.Exception.Message);
            };
            session.Client.OnRequest<WsmqJsonBody, WsmqJsonBody>(
                result.GetRequiredValue(type), processes.AnswerAsync, result.GetValue(at) is { } address ? WsmqAddress.Parse(address) : null);
            try
            {
                await session.ConnectAsync(cancellationToken);
                await session.WhileHopeful(Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Ctrl+C is the normal end.
                await session.Client.StopAsync(CancellationToken.None);
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
