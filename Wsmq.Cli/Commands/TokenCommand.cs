using System.CommandLine;
using Wsmq.Cli.Commands.Operators;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands;

/// <summary><c>wsmq token</c>: prints a development token. No other command prints a token.</summary>
internal static class TokenCommand
{
    public static Command Create()
    {
        var user = new Option<string?>("--user") { Description = "The user's identifier (the claim sub).", HelpName = "id" };
        var expires = new Option<TimeSpan>("--expires")
        {
            Description = "How long the token is valid, for example 30s, 15m, 8h or 7d.",
            HelpName = "duration",
            CustomParser = Duration.Parse,
            DefaultValueFactory = _ => TimeSpan.FromHours(8),
        };
        var folder = DataFolderOption.Create();
        var json = new Option<bool>("--json") { Description = "Prints {\"token\":…} instead of the token alone." };
        var command = new Command("token", "Signs a token that a host in Development on this machine accepts, and prints it.")
        {
            user, expires, folder, json, RevokeTokenCommand.Create(),
        };
        command.Validators.Add(result =>
        {
            // Not an option that is required: then it would also be for the command below.
            if (result.GetValue(user) is not { } id)
                result.AddError("--user is missing.");
            else if (!WsmqAddress.TryParse($"user:{id}", out _, out var error))
                result.AddError($"--user: {error.Text}");
        });
        command.SetAction(result =>
        {
            var token = DevelopmentToken.Sign(result.GetRequiredValue(folder), result.GetValue(user)!, result.GetValue(expires));
            result.InvocationConfiguration.Output.WriteLine(result.GetValue(json) ? JsonLines.Of(new { Token = token }) : token);
        });
        return command;
    }
}
