using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Logs;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Two nodes of one deployment: an operator asks at one, and what concerns the users is at the other.</summary>
public sealed class TwoNodes : IAsyncLifetime
{
    private readonly SharedRedis _redis = new();
    private OperatorNode? _asked;
    private OperatorNode? _other;

    internal HttpCaller Admin => _asked!.Admin;

    internal OperatorNode Asked => _asked!;

    internal OperatorNode Other => _other!;

    internal string OtherId => Other.Store.Nodes.Self;

    public async Task InitializeAsync()
    {
        await _redis.InitializeAsync();
        (_asked, _other) = (await StartAsync(), await StartAsync());
    }

    public async Task DisposeAsync()
    {
        foreach (var node in new[] { _asked, _other })
        {
            if (node is not null)
                await node.DisposeAsync();
        }

        await _redis.DisposeAsync();
    }

    /// <summary>Opens a connection of a user at the other node.</summary>
    internal async Task<PlainClient> ConnectAsync(string user, bool ack = true)
    {
        var client = PlainClient.Create(Other.Node.Hub, TestTokens.Issued(user, $"token-of-{user}", DateTimeOffset.UtcNow.AddMinutes(-1)), "phone", ack);
        await client.Connection.StartAsync();

        // Once the first call has completed, the connection is accepted.
        await client.Connection.InvokeAsync("Ack", $"user:{user}", WsmqPosition.Start.ToString());
        return client;
    }

    /// <summary>Whether a connection reads a group.</summary>
    internal static async Task<bool> ReadsAsync(PlainClient client, string group) =>
        await Record.ExceptionAsync(() => client.Connection.InvokeAsync("Ack", $"group:{group}", WsmqPosition.Start.ToString())) is null;

    /// <summary>Makes a dead letter of the user at the other node, and returns its id.</summary>
    internal async Task<string> DeadLetterAsync(string user)
    {
        await Other.DeadLettersAsync(user, 1);
        return (await Other.Get<IWsmqDeadLetters>().ListAsync(user)).Single().Id;
    }

    /// <summary>Makes a request that is expected to succeed.</summary>
    internal async Task<ApiAnswer> AskAsync(string method, string path, string? body = null)
    {
        var answer = body is null ? await Admin.AskAsync(method, path) : await Admin.PostAsync(path, body);
        answer.Status.Should().BeInRange(200, 299, $"{method} {path}: {answer.Text}");
        return answer;
    }

    /// <summary>Asks until the answer has a text.</summary>
    internal Task HasAsync(string path, string text) => Eventually.That(
        $"{path} has {text}", async () => (await AskAsync("GET", path)).Text.Contains(text, StringComparison.Ordinal));

    // Keys are accepted as well.
    private Task<OperatorNode> StartAsync() => OperatorNode.StartAsync(
        s => s.UseRedis(_redis.Server.EndPoint, o => o.KeyPrefix = "pair"),

        // No test waits for it.
        o => o.Nodes.AnswerTimeout = TimeSpan.FromSeconds(30),
        b => b.Services.AddAuthentication(WsmqApiKeyExtensions.Scheme).AddWsmqApiKeys("Bearer"));
}
