using System.CommandLine;
using Wsmq.Cli.Http;

namespace Wsmq.Cli.Commands.Operators;

/// <summary><c>wsmq dead-letter</c>: the dead letters of users. Those of work queues are below <c>wsmq queue</c>.</summary>
internal static class DeadLetterCommand
{
    public static Command Create()
    {
        var command = new Command(
            "dead-letter", "Lists, shows, replays and removes dead letters of users, for operators. For those of work queues: wsmq queue.")
        {
            List(), Count(), Show(), Replay(), Remove(),
            RunCommands.Run(), RunCommands.List(), RunCommands.Watch(), RunCommands.Stop(),
        };
        command.Aliases.Add("dead-letters");
        return command;
    }

    private static Command List()
    {
        var (filter, max) = (new DeadLetterFilterOptions(), ApiVerb.Count("--max", "How many to print. Without it all."));
        return ApiVerb.Create(
            "list", """
            Lists dead letters of all users, or of one (--user), without their messages. --user alone needs only the right to view that user,
            and prints neither types nor sizes nor the beginnings of bodies; together with another condition it needs that for all users.
            """, ApiVerb.Lines,
            call =>
            {
                var (selected, count) = (filter.Read(call.Result), call.Result.GetValue(max));
                return call.PrintAllAsync(
                    selected.IsUserOnly
                        ? call.Api.ListDeadLettersAsync(selected.User!, count, call.Stop)
                        : call.Api.SearchDeadLettersAsync(selected, count, call.Stop),
                    letter => OperatorText.Of(letter with { User = letter.User ?? selected.User }));
            },
            [.. filter.All, max]);
    }

    private static Command Count()
    {
        var filter = new DeadLetterFilterOptions();
        return ApiVerb.Create(
            "count", "Counts dead letters of users.", ApiVerb.OneValue,
            async call => call.Print(
                await call.Api.CountDeadLettersAsync(filter.Read(call.Result), call.Stop), count => $"{count.Count}"),
            filter.All);
    }

    private static Command Show()
    {
        var (user, id) = (ApiVerb.User(), Id());
        return ApiVerb.Create("show", "Prints one dead letter with its message.", ApiVerb.OneValue, async call => call.Print(
            Existing(await call.Api.ReadDeadLetterAsync(call.Result.NameOf(user), call.Result.GetRequiredValue(id), call.Stop)),
            OperatorText.Of), user, id);
    }

    private static Command Replay()
    {
        var (user, id) = (ApiVerb.User(), Id());
        return ApiVerb.Create("replay", "Sends the message of one dead letter to its user again.", ApiVerb.OneValue, async call =>
            call.Print(
            Existing(await call.Api.ReplayDeadLetterAsync(call.Result.NameOf(user), call.Result.GetRequiredValue(id), call.Stop)),
            OperatorText.Of), user, id);
    }

    private static Command Remove()
    {
        var (user, id) = (ApiVerb.User(), Id());
        return ApiVerb.Create("remove", "Removes one dead letter with its message.", ApiVerb.OneValue, async call =>
            await call.Api.RemoveDeadLetterAsync(call.Result.NameOf(user), call.Result.GetRequiredValue(id), call.Stop)
                ? call.Print(new { Removed = true }, "removed")
                : throw NotFound(), user, id);
    }

    private static IdArgument Id() => new("id") { Description = "The id of the dead letter, from the list." };

    private static ApiAnswer<T> Existing<T>(ApiAnswer<T> answer) => answer.Value is null ? throw NotFound() : answer;

    private static CliFailure NotFound() =>
        new(ExitCodes.Refused, "The user has no such dead letter: it was replayed or removed, or never existed.");
}
