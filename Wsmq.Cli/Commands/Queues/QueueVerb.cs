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
            await using var hub = connection.CreateCalls(result);
            await hub.ConnectAsync(cancellationToken);
            return await run(new QueueCall(hub, result, result.GetValue(json), cancellationToken));
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

    public static string AddressOf(QueueCall call, Argument<string> queue) => AddressOf(call.Result.GetRequiredValue(queue));

    /// <summary>The name of the queue that the argument names.</summary>
    public static string NameOf(string text) => AddressOf(text)[Prefix.Length..];

    private static string AddressOf(string text) => text.StartsWith(Prefix, StringComparison.Ordinal) ? text : Prefix + text;
}
