using System.CommandLine;
using System.CommandLine.Parsing;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Messages;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands;

/// <summary><c>wsmq send</c>: sends one message, or one for every line of standard input, and prints receipts.</summary>
internal static class SendCommand
{
    public static Command Create()
    {
        var connection = new ConnectionOptions();
        var message = new MessageOptions();
        var json = new Option<bool>("--json") { Description = "Prints each receipt as one JSON object per line." };
        var wait = new Option<WsmqDeliveryState?>("--wait")
        {
            Description = "Waits until the message is delivered, or acknowledged, and prints its status; with --track.",
            HelpName = "delivered|acknowledged",
            CustomParser = ParseWait,
        };
        var command = new Command("send", $"""
            Sends a message and prints the receipt. Without a body it sends every line of standard input: tail -f app.log | wsmq send
            group:ops. Put a body that begins with a dash after --. A body that is JSON is sent as that value, any other text as a JSON
            string. A message to work:<queue> is a job for one worker: --key, --priority and --unique-id say how it is worked on. One with
            --delay or --not-before waits on the server; wsmq cancel cancels it, unless it is a job. One with --state-key stays stored as
            the newest of its key, until it is replaced or --remove-state removes it. One with --track has a status: wsmq status, or --wait.
            With --producer and --seq a program repeats what has no receipt, also days later, and it is stored once.
            {ExitCodes.Help}
            """) { json, wait };
        message.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(wait) is not null && (!message.IsTracked(result) || message.IsFromStandardInput(result)))
                result.AddError("--wait requires --track, and one message: a body, --file or --data.");
        });
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var bodies = message.Read(result);

            // Before connecting, which may take a while: otherwise the command seems to hang.
            if (message.IsFromStandardInput(result))
                await BodyReader.ExplainStandardInputAsync();
            await using var session = connection.CreateSession(result);
            await session.ConnectAsync(cancellationToken);
            var output = result.InvocationConfiguration.Output;
            WsmqReceipt? last = null;
            var sender = new Sender(session, receipt => output.WriteLine(result.GetValue(json) ? JsonLines.Of(last = receipt) : Text(last = receipt)))
            {
                IsOneByOne = message.IsInSequence(result),
            };
            var code = await sender.SendAllAsync(bodies, cancellationToken);
            if (result.GetValue(wait) is { } state && last is not null)
            {
                var waiting = session.Client.WaitForAsync(message.To(result), last, state, cancellationToken: cancellationToken);
                await session.WhileHopeful(waiting);
                var status = await waiting;
                new StatusPrinter(output, result.GetValue(json)).Print(status);
                code = status.State is WsmqDeliveryState.Delivered or WsmqDeliveryState.Acknowledged ? code : ExitCodes.Refused;
            }

            if (sender.Count == 0)
                await CommandLine.WriteErrorAsync("standard input had no lines: nothing was sent");
            await session.Client.StopAsync(CancellationToken.None);
            return code;
        });
        return command;
    }

    private static WsmqDeliveryState? ParseWait(ArgumentResult result)
    {
        switch (result.Tokens.Single().Value)
        {
            case "delivered": return WsmqDeliveryState.Delivered;
            case "acknowledged": return WsmqDeliveryState.Acknowledged;
            default:
                result.AddError("--wait is delivered or acknowledged.");
                return null;
        }
    }

    private static string Text(WsmqReceipt receipt) => Printable.Line(
        receipt.UniqueIdTaken ? $"not stored  position {receipt.Position}  (that job has the unique id)"
        : receipt.DueAt is { } due ? $"waits until {Moment.Text(due)}  id {receipt.Id}"
        : $"stored  position {(receipt.Position.Length == 0 ? "unknown" : receipt.Position)}  id {receipt.Id}{(receipt.Duplicate ? "  (stored before)" : "")}");
}
