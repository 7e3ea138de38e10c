using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Endpoints for groups and users: what happened at the other node is seen, and what is asked for takes effect there.</summary>
internal static class TwoNodeUsers
{
    public static readonly Dictionary<string, Func<TwoNodes, string, Task>> Rows = new()
    {
        ["GET /groups/{group}/members"] = async (nodes, user) =>
        {
            await nodes.Other.Node.Groups.AddToGroupAsync(user, $"g-{user}");
            (await nodes.AskAsync("GET", $"/groups/g-{user}/members")).Text.Should().Be($"[\"{user}\"]");
        },
        ["PUT /groups/{group}/members/{user}"] = async (nodes, user) =>
        {
            await using var client = await nodes.ConnectAsync(user);
            await nodes.AskAsync("PUT", $"/groups/g-{user}/members/{user}");
            await Eventually.That("the connection reads the group", () => TwoNodes.ReadsAsync(client, $"g-{user}"));
        },
        ["DELETE /groups/{group}/members/{user}"] = async (nodes, user) =>
        {
            await nodes.Other.Node.Groups.AddToGroupAsync(user, $"g-{user}");
            await using var client = await nodes.ConnectAsync(user);
            await Eventually.That("the connection reads the group", () => TwoNodes.ReadsAsync(client, $"g-{user}"));
            await nodes.AskAsync("DELETE", $"/groups/g-{user}/members/{user}");
            await Eventually.That("the connection does not read it", async () => !await TwoNodes.ReadsAsync(client, $"g-{user}"));
        },
        ["GET /nodes"] = async (nodes, _) => await nodes.HasAsync("/nodes", $"\"{nodes.OtherId}\""),
        ["GET /users/{user}/connections"] = async (nodes, user) =>
        {
            await using var client = await nodes.ConnectAsync(user);
            await nodes.HasAsync($"/users/{user}/connections", $"\"node\":\"{nodes.OtherId}\"");
        },
        ["GET /users/{user}/groups"] = async (nodes, user) =>
        {
            await nodes.Other.Node.Groups.AddToGroupAsync(user, $"g-{user}");
            (await nodes.AskAsync("GET", $"/users/{user}/groups")).Text.Should().Be($"[\"g-{user}\"]");
        },
        ["GET /users/{user}/devices"] = async (nodes, user) =>
        {
            await using var client = await nodes.ConnectAsync(user);
            await nodes.HasAsync($"/users/{user}/devices", "\"phone\"");
        },
        ["DELETE /users/{user}/devices/{device}"] = async (nodes, user) =>
        {
            await using var client = await nodes.ConnectAsync(user);
            (await nodes.AskAsync("DELETE", $"/users/{user}/devices/phone")).Text.Should().Be("true");
            await EndsAsync(client);
        },
        ["GET /users/{user}/dead-letters"] = async (nodes, user) =>
        {
            var id = await nodes.DeadLetterAsync(user);
            (await nodes.AskAsync("GET", $"/users/{user}/dead-letters")).Text.Should().Contain($"\"{id}\"");
        },
        ["GET /users/{user}/dead-letters/{id}"] = async (nodes, user) =>
        {
            var id = await nodes.DeadLetterAsync(user);
            (await nodes.AskAsync("GET", $"/users/{user}/dead-letters/{Uri.EscapeDataString(id)}")).Text.Should().Contain("\"n\":0");
        },
        ["POST /users/{user}/dead-letters/{id}/replay"] = async (nodes, user) =>
        {
            var id = await nodes.DeadLetterAsync(user);
            await using var client = await nodes.ConnectAsync(user);
            await nodes.AskAsync("POST", $"/users/{user}/dead-letters/{Uri.EscapeDataString(id)}/replay");
            await Eventually.That("the replay arrives", () => client.Bodies.Contains("""{"n":0}"""));
        },
        ["DELETE /users/{user}/dead-letters/{id}"] = async (nodes, user) =>
        {
            var id = await nodes.DeadLetterAsync(user);
            (await nodes.AskAsync("DELETE", $"/users/{user}/dead-letters/{Uri.EscapeDataString(id)}")).Text.Should().Be("true");
            (await nodes.Other.Get<IWsmqDeadLetters>().ListAsync(user)).Should().BeEmpty();
        },
        ["POST /users/{user}/disconnect"] = async (nodes, user) =>
        {
            await using var client = await nodes.ConnectAsync(user);
            await nodes.AskAsync("POST", $"/users/{user}/disconnect");
            await EndsAsync(client);
        },
        ["GET /users/{user}/ban"] = async (nodes, user) =>
        {
            await nodes.Other.Node.Access.BanAsync(user);
            await nodes.HasAsync($"/users/{user}/ban", "true");
        },
        ["PUT /users/{user}/ban"] = async (nodes, user) =>
        {
            await using var client = await nodes.ConnectAsync(user);
            await nodes.AskAsync("PUT", $"/users/{user}/ban");
            await EndsAsync(client);
            await RefusesAsync(nodes, user, "banned");
        },
        ["DELETE /users/{user}/ban"] = async (nodes, user) =>
        {
            await nodes.Other.Node.Access.BanAsync(user);
            await RefusesAsync(nodes, user, "banned");
            await nodes.AskAsync("DELETE", $"/users/{user}/ban");
            await RefusesAsync(nodes, user, null);
        },
        ["POST /users/{user}/revoke-tokens"] = async (nodes, user) =>
        {
            await using var client = await nodes.ConnectAsync(user);
            await nodes.AskAsync("POST", $"/users/{user}/revoke-tokens");
            await EndsAsync(client);
        },
        ["DELETE /tokens/{token}"] = async (nodes, user) =>
        {
            await using var client = await nodes.ConnectAsync(user);
            await nodes.AskAsync("DELETE", $"/tokens/token-of-{user}");
            await EndsAsync(client);
        },
    };

    private static Task EndsAsync(PlainClient client) => Eventually.That(
        "the connection ends", () => client.Connection.State == HubConnectionState.Disconnected);

    private static async Task RefusesAsync(TwoNodes nodes, string user, string? code)
    {
        using var caller = HttpCaller.Of(nodes.Other.Node, user);
        await Eventually.That($"the other node answers {code ?? "200"}", async () => (await caller.ReadAsync($"user:{user}")).Code == code);
    }
}
