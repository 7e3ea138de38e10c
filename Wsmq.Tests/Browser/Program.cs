using System.Text.Json.Serialization;
using Wsmq;

// Arguments: the URL of the hub, a token, and the user of the token. Sends a message to the user and waits for its delivery.
var received = new TaskCompletionSource<string>();
await using var client = new WsmqClient(new Uri(args[0]), options =>
{
    options.Device = "ноутбук";
    options.AccessTokenProvider = _ => Task.FromResult<string?>(args[1]);
});
client.On(LineJson.Default.Line, (message, _) =>
{
    received.TrySetResult(message.Body.Text);
    return Task.CompletedTask;
});
await client.StartAsync();
await client.SendAsync(WsmqAddress.User(args[2]), new Line("from the browser 😀"), LineJson.Default.Line);
Console.WriteLine($"in a browser: {OperatingSystem.IsBrowser()}");
Console.WriteLine($"received: {await received.Task}");
Console.WriteLine($"address: {WsmqAddress.Group("Отдел IT")}");
try
{
    _ = WsmqAddress.Group("bоb");
}
catch (WsmqException e)
{
    Console.WriteLine($"refused: {e.Error.Code}");
}

await client.StopAsync();

internal sealed record Line(string Text);

[JsonSerializable(typeof(Line))]
internal sealed partial class LineJson : JsonSerializerContext;
