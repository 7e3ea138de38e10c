using System.CommandLine;
using Wsmq.Cli.Commands.Operators;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands;

/// <summary><c>wsmq cancel</c>: cancels a message that was sent with a delay.</summary>
internal static class CancelCommand
{
    public static Command Create()
    {
        var connection = new ConnectionOptions();
        var to = new Argument<string>("to") { Description = "The address that it was sent to: user:<id> or group:<name>." };
        var id = new Argument<string>("id") { Description = "Its id, as its receipt has it." };
        var command = new Command("cancel", $"""
            Cancels a message that this user has sent with --delay or --not-before and that is not due yet. Jobs are cancelled with wsmq queue
            cancel.
            {ExitCodes.Help}
            """) { to, id };
        connection.AddTo(command);
        to.Validators.Add(ApiVerb.CheckAddress);
        to.Validators.Add(result =>
        {
            if (WsmqAddress.TryParse(result.GetRequiredValue(to), out var address, out _) && address.Kind == WsmqAddressKind.Work)
                result.AddError("A job is cancelled with wsmq queue cancel.");
        });
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var session = connection.CreateSession(result);
            await session.ConnectAsync(cancellationToken);
            var name = result.GetRequiredValue(id);
            var cancelling = session.Client.CancelDelayedAsync(WsmqAddress.Parse(result.GetRequiredValue(to)), name, cancellationToken);
            await session.WhileHopeful(cancelling);
            if (!await cancelling)
            {
                await CommandLine.WriteErrorAsync($"no message with the id {name} waits there: it was due or cancelled before, or another user sent it");
                return ExitCodes.Refused;
            }

            await result.InvocationConfiguration.Output.WriteLineAsync(Printable.Line($"cancelled  id {name}"));
            await session.Client.StopAsync(CancellationToken.None);
            return ExitCodes.Ok;
        });
        return command;
    }
}
