using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands;

/// <summary><c>wsmq listen</c>: prints messages as they arrive, and acknowledges each after it is printed.</summary>
internal static class ListenCommand
{
    public static Command Create()
    {
        var connection = new ConnectionOptions();
        var device = new Option<string?>("--device")
        {
            Description = "The name of this device; each device reads the messages with its own cursor. Default: default",
            HelpName = "name",
        };
        var select = new SelectOptions();
        var json = new Option<bool>("--json")
        {
            Description = "Prints one JSON object per line: a message in its wire form, with \"state\":true if it is of the state, "
                + "{\"stateComplete\":…}, {\"gap\":…} or {\"live\":…}.",
        };
        var count = new Option<int?>("--count")
        {
            Description = "Ends after this number of messages; with --timeout also if fewer arrive in time, with exit code 6.",
            HelpName = "n",
            CustomParser = ParseCount,
        };
        var command = new Command("listen", $"""
            Prints messages as they arrive and acknowledges them, until Ctrl+C, which ends it with exit code 0. Reports on standard error
            when it is connected, when the connection is lost, and when it has reconnected. A new device gets the state first: the newest
            messages of state keys that are not in the log any more, and, if there are any, a line that these are all. They are
            acknowledged together, once all are printed. What --type and --header do not select is skipped for the device.
            {ExitCodes.Help}
            """) { json, count, device };
        foreach (var option in select.All)
            command.Add(option);
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var session = connection.CreateSession(result, result.GetValue(device));
            if (select.Read(result) is { } filter)
                await session.Client.SetFilterAsync(filter, cancellationToken);
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
        result.AddError($"--count must be a whole number from 1 to {int.MaxValue}, not '{result.Tokens[0].Value}'.");
        return null;
    }
}
