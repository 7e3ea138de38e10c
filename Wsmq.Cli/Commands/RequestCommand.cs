using System.CommandLine;
using System.Text;
using Wsmq.Cli.Commands.Operators;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Messages;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands;

/// <summary><c>wsmq request</c>: makes a request, and prints the body of its reply.</summary>
internal static class RequestCommand
{
    public static Command Create()
    {
        var connection = new ConnectionOptions();
        var to = new Argument<string>("address") { Description = "user:<id>, group:<name> or work:<queue>." };
        var body = new Argument<string?>("body") { Description = "The body; without it null.", Arity = ArgumentArity.ZeroOrOne };
        var type = new Option<string?>("--type") { Description = "The name of the type, by which responders select a handler.", HelpName = "name" };
        var wait = new Option<TimeSpan>("--wait")
        {
            Description = "How long to wait for the reply. Default: 30s", HelpName = "duration", CustomParser = Duration.Parse,
            DefaultValueFactory = _ => TimeSpan.FromSeconds(30),
        };
        var json = new Option<bool>("--json") { Description = "Prints the reply as one JSON object: type, body or data, headers, responder." };
        var command = new Command("request", $"""
            Makes a request and prints the body of its reply, a JSON string as its text. A body that is JSON is sent as that value, any other text
            as a JSON string. One of those who answer such requests at the address gets it; a request to work:<queue> is a job for one worker.
            Fails at once if nobody answers.
            {ExitCodes.Help}
            """) { to, body, type, wait, json };
        connection.AddTo(command);
        to.Validators.Add(ApiVerb.CheckAddress);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var session = connection.CreateSession(result);
            await session.ConnectAsync(cancellationToken);
            var message = new WsmqOutgoingMessage
            {
                To = result.GetRequiredValue(to), Type = result.GetValue(type),
                Body = result.GetValue(body) is { } text ? new BodyReader(textOnly: false).FromText(text) : default(WsmqJsonBody),
            };
            var asking = session.Client.RequestAsync(message, result.GetValue(wait), cancellationToken);
            await session.WhileHopeful(asking);
            var reply = await asking;
            await result.InvocationConfiguration.Output.WriteLineAsync(result.GetValue(json) ? JsonLines.Of(reply) : Text(reply));
            await session.Client.StopAsync(CancellationToken.None);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Text(WsmqReply reply) =>
        reply.Data is { } data ? Printable.Line(Encoding.UTF8.GetString(data.Span))
        : Printable.Line(BodyText.Of(reply.Body ?? default));
}
