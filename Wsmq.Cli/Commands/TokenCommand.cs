using System.CommandLine;
using Wsmq.Cli.Connecting;

namespace Wsmq.Cli.Commands;

/// <summary><c>wsmq token</c>: prints a development token. No other command prints a token.</summary>
internal static class TokenCommand
{
    public static Command Create()
    {
        var user = new Option<string>("--user") { Description = "The user's identifier (the claim sub).", HelpName = "id", Required = true };
        var expires = new Option<TimeSpan>("--expires")
        {
            Description = "How long the token is valid, for example 30s, 15m, 8h or 7d.",
            HelpName = "duration",
            CustomParser = Duration.Parse,
            DefaultValueFactory = _ => TimeSpan.FromHours(8),
        };
        var folder = DataFolderOption.Create();
        var command = new Command("token", "Signs a token that a host in Development on this machine accepts, and prints it.") { user, expires, folder };
        command.Validators.Add(result =>
        {
            if (result.GetValue(user) is { } id && !WsmqAddress.TryParse($"user:{id}", out _, out var error))
                result.AddError($"--user: {error.Text}");
        });
        command.SetAction(result => result.InvocationConfiguration.Output.WriteLine(
            DevelopmentToken.Sign(result.GetRequiredValue(folder), result.GetRequiredValue(user), result.GetValue(expires))));
        return command;
    }
}
