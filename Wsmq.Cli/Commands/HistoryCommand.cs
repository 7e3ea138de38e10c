using System.CommandLine;
using Wsmq.Cli.Commands.Operators;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Http;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands;

/// <summary>
/// <c>wsmq history</c>: the messages that a log still has, as the user may read them. Over the HTTP API, because a connection would register
/// its device with the user's queue.
/// </summary>
internal static class HistoryCommand
{
    private const int Usual = 50;

    public static Command Create()
    {
        var source = new Argument<string>("source") { Description = "user:<id> or group:<name>." };
        source.Validators.Add(ApiVerb.CheckAddress);
        var (after, before) = (Bound("--after", "Only messages after this position."), Bound("--before", "Only messages before this position."));
        var newest = new Option<bool>("--newest") { Description = "The newest first." };
        var id = ApiVerb.Text("--id", "Only the message with this id.", "id");
        var sender = ApiVerb.Text("--sender", "Only messages of this user.", "user");
        var type = ApiVerb.Text("--type", "Only messages of this type; * stands for any characters.", "name");
        var from = PointInTime.Option("--from", "Only from this time on.");
        var to = PointInTime.Option("--to", "Only at this time or earlier.");
        var max = ApiVerb.Count("--max", $"How many messages to print. Default {Usual}.");
        var all = new Option<bool>("--all") { Description = "Prints all." };
        var command = ApiVerb.Create(
            "history", $"""
            Prints messages that the log of a user or a group still has: those that the user may read, by default of its own queue, and of a group
            since the user joined it. It acknowledges nothing and moves no cursor.
            {ExitCodes.Help}
            """,
            "Prints one JSON object per line: a message in its wire form.",
            call =>
            {
                var result = call.Result;
                var filter = new ApiEntryFilter(
                    result.GetValue(after), result.GetValue(before), result.GetValue(id), result.GetValue(sender), result.GetValue(type),
                    result.GetValue(from), result.GetValue(to), result.GetValue(newest));
                var most = result.GetValue(all) ? int.MaxValue : result.GetValue(max) ?? Usual;
                return PrintAsync(call, result.GetRequiredValue(source), filter, most);
            },
            source, after, before, newest, id, sender, type, from, to, max, all);
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) && result.GetResult(max) is not null)
                result.AddError("Use only one of --max and --all.");
        });
        return command;
    }

    private static async Task<int> PrintAsync(ApiCall call, string source, ApiEntryFilter filter, int left)
    {
        var damaged = 0;
        await foreach (var page in call.Api.HistoryAsync(source, filter, left, call.Stop))
        {
            call.PrintAll(ApiAnswer.Items<WsmqDelivery>(page.Json, ApiClient.Entries), OperatorText.Of);
            damaged += page.Value?.Damaged ?? 0;
            if (OutputReader.HasEnded)
                break;
        }

        if (damaged > 0)
            await CommandLine.WriteErrorAsync($"{damaged} messages are left out, because their stored data is corrupt");
        return ExitCodes.Ok;
    }

    private static Option<string?> Bound(string name, string description)
    {
        var option = ApiVerb.Text(name, description, "position");
        option.Validators.Add(ApiVerb.CheckPosition);
        return option;
    }
}
