using System.CommandLine;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Http;

namespace Wsmq.Cli.Commands.Operators;

/// <summary><c>wsmq address</c>: addresses, their logs and single messages.</summary>
internal static class AddressCommand
{
    private const string OfLog = "user:<id> or group:<name>.";

    public static Command Create()
    {
        var command = new Command("address", "Finds addresses, and inspects their logs and messages, for operators.")
        {
            Search(), Show(), Entries(), State(), Delayed(), CancelDelayed(), Entry(), Life(), OperatorSend.Create(),
        };
        command.Aliases.Add("addresses");
        return command;
    }

    private static Command Search()
    {
        var match = new Argument<string?>("match")
        {
            Description = "The beginning of the name, or a text with * for any characters.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var (kind, max) = (ApiVerb.Text("--kind", "user, group or work.", "kind"),
            ApiVerb.Count("--max", "How many to print. Without it all."));
        kind.AcceptOnlyFromAmong("user", "group", "work");
        var command = ApiVerb.Create(
            "search", "Lists addresses that have a log. Its other name is list.", ApiVerb.Lines,
            call => call.PrintAllAsync(
                call.Api.SearchAddressesAsync(call.Result.GetValue(kind), call.Result.GetValue(match), call.Result.GetValue(max), call.Stop),
                OperatorText.Of),
            match, kind, max);
        command.Aliases.Add("list");
        return command;
    }

    private static Command Show()
    {
        var address = ApiVerb.Address();
        return ApiVerb.Create(
            "show", "Prints the size of a log, and the cursor of each of its readers.",
            "Prints one JSON value per line, one for each page of readers.",
            call => call.PrintAllAsync(call.Api.AddressAsync(call.Result.GetRequiredValue(address), call.Stop), OperatorText.Of), address);
    }

    private static Command Entries()
    {
        var (address, max) = (ApiVerb.Address(), ApiVerb.Count("--max", "How many to print. Without it all."));
        var (after, before) = (Bound("--after", "Only entries after this position."),
            Bound("--before", "Only entries before this position."));
        var id = ApiVerb.Text("--id", "Only the message with this id.", "id");
        var sender = ApiVerb.Text("--sender", "Only messages of this user.", "user");
        var type = ApiVerb.Text("--type", "Only messages of this type.", "name");
        var from = PointInTime.Option("--from", "Only from this time on.");
        var to = PointInTime.Option("--to", "Only at this time or earlier.");
        var newest = new Option<bool>("--newest") { Description = "The newest first." };
        return ApiVerb.Create(
            "entries", "Lists the entries of a log, with the beginning of their bodies if you may read them.", ApiVerb.Lines,
            call =>
            {
                var result = call.Result;
                var filter = new ApiEntryFilter(
                    result.GetValue(after), result.GetValue(before), result.GetValue(id), result.GetValue(sender), result.GetValue(type),
                    result.GetValue(from), result.GetValue(to), result.GetValue(newest));
                return call.PrintAllAsync(
                    call.Api.ListEntriesAsync(result.GetRequiredValue(address), filter, result.GetValue(max), call.Stop), OperatorText.Of);
            },
            address, after, before, id, sender, type, from, to, newest, max);
    }

    private static Command State()
    {
        var (address, max) = (ApiVerb.Address(OfLog), ApiVerb.Count("--max", "How many to print. Without it all."));
        return ApiVerb.Create(
            "state", "Lists the state of an address: the newest message of each state key, also if the log does not have it any more.",
            ApiVerb.Lines,
            call => call.PrintAllAsync(
                call.Api.ListStateAsync(call.Result.GetRequiredValue(address), call.Result.GetValue(max), call.Stop), OperatorText.Of),
            address, max);
    }

    private static Command Delayed()
    {
        var (address, max) = (ApiVerb.Address(OfLog), ApiVerb.Count("--max", "How many to print. Without it all."));
        return ApiVerb.Create(
            "delayed", "Lists the messages that wait until they are due at an address.", ApiVerb.Lines,
            call => call.PrintAllAsync(
                call.Api.ListDelayedAsync(call.Result.GetRequiredValue(address), call.Result.GetValue(max), call.Stop), OperatorText.Of),
            address, max);
    }

    private static Command CancelDelayed()
    {
        var address = ApiVerb.Address(OfLog);
        var key = new Argument<string>("key") { Description = "The key of the message, the first column of wsmq address delayed." };
        return ApiVerb.Create(
            "cancel-delayed", "Cancels a message that waits until it is due, of any sender. wsmq cancel is for the sender.", ApiVerb.OneValue,
            async call => await call.Api.CancelDelayedAsync(call.Result.GetRequiredValue(address), call.Result.GetRequiredValue(key), call.Stop)
                ? call.Print(new { Cancelled = true }, "cancelled")
                : throw new CliFailure(ExitCodes.Refused, "No such message waits: it is in the log, or was cancelled."),
            address, key);
    }

    private static Command Entry()
    {
        var (address, position) = (ApiVerb.Address(), ApiVerb.Position());
        return ApiVerb.Create("entry", "Prints one message with its body and headers.", ApiVerb.OneValue, async call =>
        {
            var entry = await call.Api.EntryAsync(call.Result.GetRequiredValue(address), call.Result.GetRequiredValue(position), call.Stop);
            return entry.Value is null
                ? throw new CliFailure(ExitCodes.Refused, "The log has no such entry: it was removed, or never existed.")
                : call.Print(entry, OperatorText.Of);
        }, address, position);
    }

    private static Command Life()
    {
        var (address, position) = (ApiVerb.Address(), ApiVerb.Position());
        return ApiVerb.Create("life", "Prints what has happened to one message.", ApiVerb.OneValue, async call => call.Print(
            await call.Api.LifeAsync(call.Result.GetRequiredValue(address), call.Result.GetRequiredValue(position), call.Stop),
            OperatorText.Of), address, position);
    }

    private static Option<string?> Bound(string name, string description)
    {
        var option = ApiVerb.Text(name, description, "position");
        option.Validators.Add(ApiVerb.CheckPosition);
        return option;
    }
}
