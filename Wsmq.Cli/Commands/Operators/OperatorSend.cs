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
        var body = new Argument<string>("body") { Description = "The body: JSON, or any other text." };
        var text = new Option<bool>("--text") { Description = "Sends the body as a string, even if it is JSON." };
        var type = ApiVerb.Text("--type", "The name of the message type.", "name");
        var id = ApiVerb.Text("--id",
            "The id of the message. The server stores the same id once within its deduplication window. Default: a new one", "id");
        return ApiVerb.Create("send", "Sends a message to any address, as an operator.", ApiVerb.OneValue, async call =>
        {
            var result = call.Result;
            var message = new WsmqOutgoingMessage
            {
                Id = result.GetValue(id) ?? Guid.NewGuid().ToString("n"),
                Type = result.GetValue(type),
                Body = new BodyReader(result.GetValue(text)).FromText(result.GetRequiredValue(body)),
            };
            var to = result.GetRequiredValue(address);
            return call.Print(await call.Api.SendAsync(to, WithoutAddress(message), call.Stop), OperatorText.Of);
        }, address, body, text, type, id);
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
