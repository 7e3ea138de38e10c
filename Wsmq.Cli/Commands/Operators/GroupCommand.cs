using System.CommandLine;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands.Operators;

/// <summary><c>wsmq group</c>: the members of groups.</summary>
internal static class GroupCommand
{
    public static Command Create()
    {
        var command = new Command("group", "Lists and changes the members of groups, for operators.") { Members(), Add(), Remove() };
        command.Aliases.Add("groups");
        return command;
    }

    private static Command Members()
    {
        var group = ApiVerb.Group();
        return ApiVerb.Create("members", "Lists the members of a group.", ApiVerb.Lines, async call => call.PrintAll(
            await call.Api.ListMembersAsync(call.Result.NameOf(group), call.Stop), Printable.Line), group);
    }

    private static Command Add()
    {
        var (group, user) = (ApiVerb.Group(), ApiVerb.User());
        var from = new Option<string?>("--from")
        {
            Description = "The position after which the user reads, 16 digits; by default from the end of the log on. A member stays where it is.",
            HelpName = "position",
        };
        from.Validators.Add(ApiVerb.CheckPosition);
        return ApiVerb.Create("add", "Adds a user to a group, from the end of its log on or from a position.", ApiVerb.OneValue, async call =>
        {
            var (name, member) = (call.Result.NameOf(group), call.Result.NameOf(user));
            await call.Api.AddMemberAsync(name, member, call.Result.GetValue(from), call.Stop);
            return call.Print(new { Group = name, User = member, Member = true }, $"{member} is a member of {name}");
        }, group, user, from);
    }

    private static Command Remove()
    {
        var (group, user) = (ApiVerb.Group(), ApiVerb.User());
        return ApiVerb.Create("remove", "Removes a user from a group.", ApiVerb.OneValue, async call =>
        {
            var (name, member) = (call.Result.NameOf(group), call.Result.NameOf(user));
            await call.Api.RemoveMemberAsync(name, member, call.Stop);
            return call.Print(new { Group = name, User = member, Member = false }, $"{member} is not a member of {name}");
        }, group, user);
    }
}
