using System.Text.Json;
using System.Text.Json.Serialization;
using Wsmq;

// A client without reflection: a source generator creates the metadata of its messages at compile time.
var (url, token, user) = (new Uri(args[0]), args[1], args[2]);
var answered = new TaskCompletionSource();

await using var client = new WsmqClient(url, o => o.AccessTokenProvider = _ => Task.FromResult<string?>(token));
client.Error += (_, e) => Console.Error.WriteLine(e.Exception.Message);
client.On(ChatJson.Default.ChatLine, (message, _) =>
{
    Console.WriteLine($"{message.Sender}: {message.Body.Text}");
    answered.TrySetResult();
    return Task.CompletedTask;
});
await client.StartAsync();

await client.SendAsync(WsmqAddress.User(user), new ChatLine("hello from native code"), ChatJson.Default.ChatLine);
await answered.Task;

internal sealed record ChatLine(string Text);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ChatLine))]
internal sealed partial class ChatJson : JsonSerializerContext;
