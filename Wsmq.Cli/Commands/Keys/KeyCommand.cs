using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands.Keys;

/// <summary><c>wsmq key</c>: API keys, for operators with the action ManageKeys.</summary>
internal static class KeyCommand
{
    private const string Description = "Creates, lists and revokes API keys of programs, for operators.";

    public static Command Create() => new("key", Description) { New(), List(), Revoke() };

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
                + "operators such as View; also only somewhere, such as send:work:emails, send:user:* or View:group:ops.",
            HelpName = "scopes",
            Required = true,
        };
        var expires = new Option<TimeSpan?>("--expires")
        {
            Description = "After how long it expires, for example 90d. Default: never.",
            HelpName = "duration",
            CustomParser = result => Duration.Parse(result),
        };
        return Verb("create", "Creates a key and prints it. It is shown once, and cannot be read again.", async (calls, result, stop) =>
        {
            var body = new Dictionary<string, object?>
            {
                ["name"] = result.GetRequiredValue(name),
                ["scopes"] = result.GetRequiredValue(scopes)
                    .SelectMany(s => s.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
            };
            if (result.GetValue(expires) is { } lifetime)
                body["expires"] = (DateTimeOffset.UtcNow + lifetime).ToUnixTimeMilliseconds();
            var made = await calls.AskAsync(HttpMethod.Post, "/keys", JsonSerializer.Serialize(body), stop);
            await result.InvocationConfiguration.Error.WriteLineAsync(
                $"The key {made.GetProperty("id")} of {Shown(made, "user")}. Store it now: it cannot be read again.");
            return [made.GetProperty("key").GetString()!];
        }, name, scopes, expires);
    }

    private static Command List() => Verb("list", "Lists the keys, without their secrets.", async (calls, _, stop) =>
        (await calls.AskAsync(HttpMethod.Get, "/keys", null, stop)).EnumerateArray().Select(Line));

    private static Command Revoke()
    {
        var id = new Argument<string>("id") { Description = "The id of the key, as list prints it." };
        return Verb("revoke", "Revokes a key: it is refused from now on, and its connections end.", async (calls, result, stop) =>
            (await calls.AskAsync(HttpMethod.Delete, $"/keys/{Uri.EscapeDataString(result.GetRequiredValue(id))}", null, stop)).GetBoolean()
                ? ["revoked"]
                : throw new CliFailure(ExitCodes.Refused, "There is no key with this id."), id);
    }

    private static Command Verb(
        string name, string description, Func<KeyCalls, ParseResult, CancellationToken, Task<IEnumerable<string>>> run,
        params Symbol[] parts)
    {
        var (url, credentials) = (KeyCalls.UrlOption(), new CredentialOptions());
        var command = new Command(name, description);
        foreach (var argument in parts.OfType<Argument>())
            command.Add(argument);
        foreach (var option in parts.OfType<Option>())
            command.Add(option);
        command.Add(url);
        credentials.AddTo(command);
        command.SetAction(async (result, stop) =>
        {
            using var calls = new KeyCalls(result.GetRequiredValue(url), credentials.Read(result));
            foreach (var line in await run(calls, result, stop))
                await result.InvocationConfiguration.Output.WriteLineAsync(line);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Line(JsonElement key)
    {
        var scopes = string.Join(',', key.GetProperty("scopes").EnumerateArray().Select(s => s.GetString()));
        var expires = key.TryGetProperty("expiresAt", out var time) ? $"expires {Date(time)}" : "does not expire";
        var created = Date(key.GetProperty("createdAt"));
        return $"{Shown(key, "id")}  {Shown(key, "name")}  {Printable.Line(scopes)}  created {created}, {expires}";
    }

    private static string Shown(JsonElement key, string field) => Printable.Line(key.GetProperty(field).GetString()!);

    private static string Date(JsonElement time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.GetInt64()).ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
