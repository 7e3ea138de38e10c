using System.CommandLine;
using Wsmq.Cli.Connecting;

namespace Wsmq.Cli.Commands.Queues;

/// <summary>What the commands below <c>wsmq queue</c> share.</summary>
internal static class QueueVerb
{
    private const string Prefix = "work:";

    public static Command Create(string name, string description, Func<QueueCall, Task<int>> run)
    {
        var connection = new ConnectionOptions();
        var json = new Option<bool>("--json") { Description = "Prints one JSON object per line." };
        var command = new Command(name, description) { json };
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var session = connection.CreateSession(result);
            await session.ConnectAsync(cancellationToken);
            return await run(new QueueCall(session.Client.Queues, result, result.GetValue(json), cancellationToken));
        });
        return command;
    }

    /// <summary>The argument that names a queue.</summary>
    public static Argument<string> Queue()
    {
        var queue = new Argument<string>("queue") { Description = "The name of the queue, or its address work:<name>." };
        queue.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && !WsmqAddress.TryParse(AddressOf(token.Value), out _, out var error))
                result.AddError($"'{token.Value}': {error.Text}");
        });
        return queue;
    }

    /// <summary>The name of the queue that the argument names.</summary>
    public static string NameOf(ParseResult result, Argument<string> queue) => AddressOf(result.GetRequiredValue(queue))[Prefix.Length..];

    private static string AddressOf(string text) => text.StartsWith(Prefix, StringComparison.Ordinal) ? text : Prefix + text;
}
