using System.CommandLine;
using System.Text.Json;
using Wsmq.Cli.Messages;

namespace Wsmq.Cli.Commands.Operators;

/// <summary><c>wsmq address send</c>: sends to any address, with the right of an operator.</summary>
internal static class OperatorSend
{
    public static Command Create()
    {
        var address = ApiVerb.Address();
        var body = new Argument<string?>("body")
        {
            Description = "The body: JSON, or any other text. None with --remove-state.", Arity = ArgumentArity.ZeroOrOne,
        };
        var text = new Option<bool>("--text") { Description = "Sends the body as a string, even if it is JSON." };
        var type = ApiVerb.Text("--type", "The name of the message type.", "name");
        var id = ApiVerb.Text("--id",
            "The id of the message. The server stores the same id once within its deduplication window. Default: a new one", "id");
        var key = ApiVerb.Text("--state-key", "The message is the state of this key until another one replaces it.", "key");
        var removes = new Option<bool>("--remove-state") { Description = "Removes the state of the key. The message has no body." };
        var tail = ApiVerb.Text("--expected-tail", "The message is stored only if this is the last position of the log.", "position");
        tail.Validators.Add(ApiVerb.CheckPosition);
        var command = ApiVerb.Create("send", "Sends a message to any address, as an operator.", ApiVerb.OneValue, async call =>
        {
            var result = call.Result;
            var message = new WsmqOutgoingMessage
            {
                Id = result.GetValue(id) ?? Guid.NewGuid().ToString("n"),
                Type = result.GetValue(type),
                Body = result.GetValue(body) is { } given ? new BodyReader(result.GetValue(text)).FromText(given) : null,
                StateKey = result.GetValue(key),
                RemoveState = result.GetValue(removes),
                ExpectedTail = result.GetValue(tail) is { } position ? WsmqPosition.Parse(position) : null,
            };
            var to = result.GetRequiredValue(address);
            return call.Print(await call.Api.SendAsync(to, WithoutAddress(message), call.Stop), OperatorText.Of);
        }, address, body, text, type, id, key, removes, tail);
        command.Validators.Add(result =>
        {
            if ((result.GetValue(body) is null) != result.GetValue(removes))
                result.AddError("Give either a body or --remove-state.");
            if (result.GetValue(removes) && result.GetValue(key) is null)
                result.AddError("--remove-state requires --state-key.");
        });
        return command;
    }

    private static string WithoutAddress(WsmqOutgoingMessage message)
    {
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        using var all = JsonDocument.Parse(JsonSerializer.Serialize(message, WsmqJsonContext.Relaxed.WsmqOutgoingMessage));
        foreach (var field in all.RootElement.EnumerateObject().Where(f => f.Name != Wire.To))
            fields.Add(field.Name, field.Value);
        return JsonSerializer.Serialize(fields);
    }
}
