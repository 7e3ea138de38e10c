using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.HostAndCli;

/// <summary>A host with messages and dead letters, and its operator <c>admin</c> at the command line.</summary>
internal sealed class OperatorScene(Tools tools)
{
    public async Task<PlainClient> ConnectAsync(string user, string? device = null, bool ack = true)
    {
        var client = PlainClient.Create(new Uri(tools.Url), tools.Token(user), device, ack);
        await client.Connection.StartAsync();
        return client;
    }

    /// <summary>Messages of alice with the bodies <c>{"n":0}</c>, <c>{"n":1}</c>, …</summary>
    /// <returns>Their positions.</returns>
    public async Task<IReadOnlyList<string>> SendAsync(string to, int count, string type = "test")
    {
        await using var alice = await ConnectAsync("alice");
        var positions = new List<string>();
        for (var n = 0; n < count; n++)
            positions.Add((await alice.Connection.InvokeAsync<WsmqReceipt>("Send", new { to, type, body = new { n } })).Position);
        return positions;
    }

    public async Task DeadLetterAsync(string user, int count)
    {
        await using var reader = await ConnectAsync(user, "phone", ack: false);
        foreach (var position in await SendAsync($"user:{user}", count))
            await reader.Connection.InvokeAsync<int>("Nack", $"user:{user}", position, WsmqNackReasons.NoHandler);
    }

    /// <summary>The output of a command of the operator that succeeds.</summary>
    public async Task<string> OkAsync(params string[] arguments)
    {
        var (code, output, error) = await tools.CliAsync([.. arguments, "--as", "admin"]);
        code.Should().Be(0, $"{string.Join(' ', arguments)}: {error}");
        return output;
    }

    /// <summary>The same with <c>--json</c>: the value on each line.</summary>
    public async Task<IReadOnlyList<JsonElement>> JsonAsync(params string[] arguments) =>
        [.. (await OkAsync([.. arguments, "--json"])).Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Asserts that <c>--json</c> prints what the HTTP API returns, with all fields.</summary>
    public async Task IsWhatTheApiSaysAsync(string path, params string[] arguments)
    {
        using var admin = new HttpCaller(new Uri(new Uri(tools.Url), "/"), tools.Token("admin"));
        var said = (await admin.GetAsync(path)).Json;
        var printed = (await JsonAsync(arguments)).Single();
        JsonElement.DeepEquals(printed, said).Should().BeTrue($"{printed} is {said}");
    }
}
