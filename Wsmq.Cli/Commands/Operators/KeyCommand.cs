using System.CommandLine;
using Wsmq.Cli.Connecting;

namespace Wsmq.Cli.Commands.Operators;

/// <summary><c>wsmq key</c>: API keys, for operators with the action ManageKeys.</summary>
internal static class KeyCommand
{
    public static Command Create()
    {
        var command = new Command("key", "Creates, lists and revokes API keys of programs, for operators.") { New(), List(), Revoke() };
        command.Aliases.Add("keys");
        return command;
    }

    private static Command New()
    {
        var name = new Option<string>("--name")
        {
            Description = "The name: the key is the user key:<name>.",
            HelpName = "name",
            Required = true,
        };
        var scopes = new Option<string[]>("--scope")
        {
            Description = "What it may do, separated by commas or given several times: send, read, work, queues, or an action of "
                + "operators such as View; also only somewhere, such as send:work:emails, send:user:* or View:group:ops. "
                + "Commands that use the hub, such as wsmq send, need read or work as well.",
            HelpName = "scopes",
            Required = true,
        };
        var expires = new Option<TimeSpan?>("--expires")
        {
            Description = "After how long it expires, for example 90d. Default: never.",
            HelpName = "duration",
            CustomParser = result => Duration.Parse(result),
        };
        return ApiVerb.Create("create", "Creates a key and prints it. It is shown once, and cannot be read again.", ApiVerb.OneValue, async call =>
        {
            var made = await call.Api.CreateKeyAsync(
                call.Result.GetRequiredValue(name), [.. call.Result.GetRequiredValue(scopes).SelectMany(Split)],
                DateTimeOffset.UtcNow + call.Result.GetValue(expires), call.Stop);
            await call.Result.InvocationConfiguration.Error.WriteLineAsync(OperatorText.Of(made.Value!));
            return call.Print(made, key => key.Key);
        }, name, scopes, expires);
    }

    private static Command List() => ApiVerb.Create(
        "list", "Lists the keys, without their secrets.", ApiVerb.Lines,
        async call => call.PrintAll(await call.Api.ListKeysAsync(call.Stop), OperatorText.Of));

    private static Command Revoke()
    {
        var id = new IdArgument("id") { Description = "The id of the key, as list prints it." };
        const string Description = "Revokes a key: it is refused from now on, and its connections end.";
        return ApiVerb.Create("revoke", Description, ApiVerb.OneValue, async call =>
            await call.Api.RevokeKeyAsync(call.Result.GetRequiredValue(id), call.Stop)
                ? call.Print(new { Revoked = true }, "revoked")
                : throw new CliFailure(ExitCodes.Refused, "There is no key with this id."), id);
    }

    private static string[] Split(string scopes) => scopes.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
