using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Endpoints for logs, dead letters of all users, and keys, asked at a node for what another one has done or is to do.</summary>
internal static class TwoNodeLogs
{
    public static readonly Dictionary<string, Func<TwoNodes, string, Task>> Rows = new()
    {
        [OperatorTests.AnyRight] = async (nodes, user) =>
        {
            // The rights of a key that the other node has made; its scopes are its rights.
            using var key = await KeyAsync(nodes, user, "Ban");
            await Eventually.That("the key has its right", async () =>
                (await key.GetAsync("/rights")).Text == $$"""{"user":"key:{{user}}","actions":["Ban"]}""");
        },
        ["GET /addresses"] = async (nodes, user) =>
        {
            await nodes.Other.SendAsync($"user:{user}");
            var (found, next) = (false, "");
            for (; !found && next is not null; next = found ? null : next)
            {
                var page = (await nodes.AskAsync("GET", $"/addresses?kind=user&match={user}&next={next}")).Json;
                found = page.GetRawText().Contains($"\"user:{user}\"", StringComparison.Ordinal);
                next = page.GetProperty("next").GetString();
            }

            found.Should().BeTrue();
        },
        ["GET /addresses/{address}"] = async (nodes, user) =>
        {
            await using var client = await nodes.ConnectAsync(user);
            await nodes.Other.SendAsync($"user:{user}");
            await Eventually.That("the cursor of the other node's connection has moved", async () =>
                (await nodes.AskAsync("GET", $"/addresses/user:{user}")).Json is var log && log.GetProperty("entries").GetInt32() == 1
                && log.GetProperty("cursors").EnumerateArray().Any(c => c.GetProperty("behind").GetInt32() == 0));
        },
        ["GET /addresses/{address}/entries"] = async (nodes, user) =>
        {
            await nodes.Other.SendAsync($"user:{user}", "\"there\"");
            (await nodes.AskAsync("GET", $"/addresses/user:{user}/entries")).Text.Should().Contain("there");
        },
        ["GET /addresses/{address}/entries/{position}"] = async (nodes, user) =>
        {
            var position = await nodes.Other.SendAsync($"user:{user}", "\"there\"");
            (await nodes.AskAsync("GET", $"/addresses/user:{user}/entries/{position}")).Text.Should().Contain("there");
        },
        ["GET /addresses/{address}/entries/{position}/life"] = async (nodes, user) =>
        {
            await using var client = await nodes.ConnectAsync(user);
            var position = await nodes.Other.SendAsync($"user:{user}");
            await nodes.HasAsync($"/addresses/user:{user}/entries/{position}/life", "\"acknowledged\"");
        },
        ["GET /addresses/{address}/state"] = async (nodes, user) =>
        {
            await nodes.Other.Node.Publisher.SendAsync(new WsmqOutgoingMessage { To = $"user:{user}", StateKey = "there" });
            (await nodes.AskAsync("GET", $"/addresses/user:{user}/state")).Text.Should().Contain("there");
        },
        ["GET /addresses/{address}/delayed"] = async (nodes, user) =>
        {
            await DelayAsync(nodes, user);
            (await nodes.AskAsync("GET", $"/addresses/user:{user}/delayed")).Text.Should().Contain("\"id\":\"later\"");
        },
        ["DELETE /addresses/{address}/delayed/{key}"] = async (nodes, user) =>
        {
            await DelayAsync(nodes, user);
            var key = (await nodes.Other.Get<IWsmqLogs>().DelayedAsync(WsmqAddress.User(user))).Items.Single().Key;
            (await nodes.AskAsync("DELETE", $"/addresses/user:{user}/delayed/{key}")).Text.Should().Be("true");
            (await nodes.Other.Node.Publisher.CancelDelayedAsync(WsmqAddress.User(user), "later")).Should().BeFalse();
        },
        ["GET /addresses/{address}/presence"] = async (nodes, user) =>
        {
            await using var client = await nodes.ConnectAsync(user);
            await nodes.HasAsync($"/addresses/user:{user}/presence", "\"status\":\"online\"");
        },
        ["GET /addresses/{address}/events"] = async (nodes, user) =>
        {
            await using var tail = await nodes.Admin.StreamAsync($"/addresses/user:{user}/events");
            await nodes.Other.SendAsync($"user:{user}", "\"there\"");
            await Eventually.That("it arrives", () => tail.Raw.Contains("there", StringComparison.Ordinal));
        },
        ["POST /addresses/{address}/messages"] = async (nodes, user) =>
        {
            await using var client = await nodes.ConnectAsync(user);
            await nodes.AskAsync("POST", $"/addresses/user:{user}/messages", """{"body":"here"}""");
            await Eventually.That("it arrives", () => client.Bodies.Contains("\"here\""));
        },
        ["GET /dead-letters"] = async (nodes, user) =>
        {
            await nodes.DeadLetterAsync(user);
            (await nodes.AskAsync("GET", $"/dead-letters?user={user}")).Json.GetProperty("deadLetters").GetArrayLength().Should().Be(1);
        },
        ["POST /dead-letters/count"] = async (nodes, user) =>
        {
            await nodes.DeadLetterAsync(user);
            (await nodes.AskAsync("POST", "/dead-letters/count", FilterOf(user))).Json.GetProperty("count").GetInt32().Should().Be(1);
        },
        ["POST /dead-letters/runs"] = async (nodes, user) =>
        {
            await nodes.DeadLetterAsync(user);
            await nodes.AskAsync("POST", "/dead-letters/runs", RunOf(user, "remove", perSecond: 100));
            await Eventually.That("the run is done", async () =>
                (await nodes.Other.Get<IWsmqDeadLetterRuns>().FindAsync(user))?.State == WsmqDeadLetterRunState.Done);
            (await nodes.Other.Get<IWsmqDeadLetters>().ListAsync(user)).Should().BeEmpty();
        },
        ["GET /dead-letters/runs"] = async (nodes, user) =>
        {
            await StartAtOtherAsync(nodes, user);
            (await nodes.AskAsync("GET", "/dead-letters/runs")).Text.Should().Contain($"\"id\":\"{user}\"");
        },
        ["GET /dead-letters/runs/{id}"] = async (nodes, user) =>
        {
            await StartAtOtherAsync(nodes, user);
            (await nodes.AskAsync("GET", $"/dead-letters/runs/{user}")).TextOf("id").Should().Be(user);
        },
        ["DELETE /dead-letters/runs/{id}"] = async (nodes, user) =>
        {
            await nodes.Other.DeadLettersAsync(user, 100);
            await StartAtOtherAsync(nodes, user);
            (await nodes.AskAsync("DELETE", $"/dead-letters/runs/{user}")).TextOf("state").Should().Be("stopped");
            (await nodes.Other.Get<IWsmqDeadLetterRuns>().FindAsync(user))!.State.Should().Be(WsmqDeadLetterRunState.Stopped);
        },
        ["GET /keys"] = async (nodes, user) =>
        {
            using var key = await KeyAsync(nodes, user, "read");
            await nodes.HasAsync("/keys", $"\"key:{user}\"");
        },
        ["POST /keys"] = async (nodes, user) =>
        {
            var made = await nodes.AskAsync("POST", "/keys", $$"""{"name":"{{user}}","scopes":["read"]}""");
            using var key = new HttpCaller(nodes.Other.Node.Address, made.TextOf("key"));
            await Eventually.That("the other node accepts it", async () => (await key.ReadAsync($"user:key:{user}")).Status == 200);
        },
        ["DELETE /keys/{id}"] = async (nodes, user) =>
        {
            var made = await nodes.Other.Get<IWsmqApiKeys>().CreateAsync(user, ["read"]);
            using var key = new HttpCaller(nodes.Other.Node.Address, made.Text);
            await using var stream = await key.ListenAsync($"address=user:key:{user}");
            (await nodes.AskAsync("DELETE", $"/keys/{made.Key.Id}")).Text.Should().Be("true");
            await Eventually.That("its stream ends", () => stream.EndCode == "revoked");
            (await key.ReadAsync($"user:key:{user}")).Status.Should().Be(401);
        },
    };

    private static Task DelayAsync(TwoNodes nodes, string user) => nodes.Other.Node.Publisher.SendAsync(
        new WsmqOutgoingMessage { To = $"user:{user}", Id = "later", Delay = TimeSpan.FromHours(1) });

    private static string FilterOf(string user) => $$"""{"user":"{{user}}"}""";

    private static string RunOf(string user, string action, int perSecond) =>
        $$"""{"id":"{{user}}","action":"{{action}}","filter":{{FilterOf(user)}},"until":{{DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()}},"perSecond":{{perSecond}}}""";

    private static async Task StartAtOtherAsync(TwoNodes nodes, string user) =>
        (await nodes.Other.Admin.PostAsync("/dead-letters/runs", RunOf(user, "remove", perSecond: 1))).Status.Should().Be(201);

    /// <summary>A caller at the node that is asked, with a key that the other one has made.</summary>
    private static async Task<HttpCaller> KeyAsync(TwoNodes nodes, string name, string scope) =>
        new(nodes.Asked.Node.Address, (await nodes.Other.Get<IWsmqApiKeys>().CreateAsync(name, [scope])).Text);
}
