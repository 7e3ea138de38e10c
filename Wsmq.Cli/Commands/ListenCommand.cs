using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands;

/// <summary><c>wsmq listen</c>: prints what arrives, and acknowledges what was printed.</summary>
internal static class ListenCommand
{
    public static Command Create()
    {
        var connection = new ConnectionOptions();
        var device = new Option<string?>("--device")
        {
            Description = "The name of this consumer; each device has its own place in the queue. Default: default",
            HelpName = "name",
        };
        var json = new Option<bool>("--json")
        {
            Description = "One JSON object a line: a message as it is on the wire, {\"gap\":…} or {\"live\":…}.",
        };
        var count = new Option<int?>("--count")
        {
            Description = "Ends after so many messages; with --timeout also without them, with exit code 6.",
            HelpName = "n",
            CustomParser = ParseCount,
        };
        var command = new Command("listen", $"""
            Prints messages as they arrive and acknowledges them, until Ctrl+C, which ends it with exit code 0. Standard error tells when it
            is connected, when the connection is lost, and when it is back.
            {ExitCodes.Help}
            """) { json, count, device };
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var session = connection.CreateSession(result, result.GetValue(device));
            IEventPrinter printer = result.GetValue(json) ? new JsonEventPrinter() : new TextEventPrinter();
            var (output, errors) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
            var listener = new Listener(session, printer, output, errors, result.GetValue(count));
            return await listener.RunAsync(result.GetValue(count) is null ? null : connection.GivenTimeout(result), cancellationToken);
        });
        return command;
    }

    private static int? ParseCount(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
            return count;
        result.AddError($"--count is a whole number from 1 to {int.MaxValue}, and not '{result.Tokens[0].Value}'.");
        return null;
    }
}
