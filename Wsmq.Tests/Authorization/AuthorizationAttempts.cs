using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Authorization;

/// <summary>The attempts of one actor of <see cref="AuthorizationTable"/> on a node, and their outcomes.</summary>
internal sealed class AuthorizationAttempts : IAsyncDisposable
{
    private const string User = "actor";
    private const string TokenId = "t1";
    private readonly TestNode _node;
    private readonly PlainClient? _client;
    private readonly string? _turnedAway;
    private readonly HttpCaller? _http;

    private AuthorizationAttempts(TestNode node, PlainClient? client, string? turnedAway, string? token) =>
        (_node, _client, _turnedAway, _http) = (node, client, turnedAway, new HttpCaller(node.Address, token));

    public static async Task<AuthorizationAttempts> BeginAsync(TestNode node, string actor)
    {
        if (actor == "app")
            return new AuthorizationAttempts(node, null, null, null);
        if (actor is "member" or "former" or "refused")
            await node.Groups.AddToGroupAsync(User, "team");
        var token = TokenOf(actor);
        var client = PlainClient.Create(node.Hub, token, ack: false);
        for (var seconds = 4; await Record.ExceptionAsync(() => client.Connection.StartAsync()) is { } refused; seconds *= 2)
        {
            await client.DisposeAsync();
            if (actor != "ran-out" || seconds > 32)
            {
                refused.Message.Should().Contain("401");
                return new AuthorizationAttempts(node, null, "401", token);
            }

            // A busy machine may need longer to connect than a short token lives.
            token = TestTokens.For(User, lifetime: TimeSpan.FromSeconds(seconds));
            client = PlainClient.Create(node.Hub, token, ack: false);
        }

        var attempts = new AuthorizationAttempts(node, client, null, token);
        await attempts.SettleAsync(actor);
        return attempts;
    }

    /// <summary>The outcomes for all targets, in their order.</summary>
    /// <param name="method">What to try.</param>
    /// <param name="expected">The expected outcomes: expected messages are awaited, then unexpected ones are checked for.</param>
    public async Task<string[]> TryAllAsync(string method, string[] expected)
    {
        if (AuthorizationTable.OverHttp.Contains(method))
            return await Task.WhenAll(AuthorizationTable.Targets.Select(target => expected[0] == "–" ? Task.FromResult("–") : OverHttpAsync(method, target)));
        if (_turnedAway is not null)
            return [.. AuthorizationTable.Targets.Select(_ => _turnedAway)];
        if (method is "Receive" or "Live" && _client is not null)
            return await HearAsync(method, expected);
        var outcomes = new List<string>();
        foreach (var target in AuthorizationTable.Targets)
        {
            outcomes.Add(_client is null ? await AsAppAsync(method, target)
                : method == "ListQueues" ? await ListsAsync(target)
                : await OutcomeAsync(() => CallAsync(method, target)));
        }

        return [.. outcomes];
    }

    public ValueTask DisposeAsync()
    {
        _http?.Dispose();
        return _client?.DisposeAsync() ?? default;
    }

    private static string? TokenOf(string actor) => actor switch
    {
        "anonymous" => null,
        "expired" => TestTokens.For(User, lifetime: TimeSpan.FromMinutes(-1)),
        "ran-out" => TestTokens.For(User, lifetime: TimeSpan.FromSeconds(2)),
        "revoked" => TestTokens.Issued(User, TokenId, DateTimeOffset.UtcNow.AddMinutes(-1)),
        _ => TestTokens.For(User),
    };

    private async Task SettleAsync(string actor)
    {
        if (actor is "ran-out" or "revoked" or "banned")
        {
            await CallOffAsync(actor);
            await Eventually.That("the connection ends with its token", () => _client!.Connection.State == HubConnectionState.Disconnected);
            return;
        }

        // Once the first call has completed, the connection is accepted and its groups are opened.
        await CallAsync("Ack", WsmqAddress.User(User).ToString());
        if (actor != "former")
            return;
        await _node.Groups.RemoveFromGroupAsync(User, "team");
        await Eventually.That("the node has applied that the user left the group", async () =>
            await OutcomeAsync(() => CallAsync("Ack", "group:team")) == WsmqErrors.ReadNotAllowed.Code);
    }

    // Only after the connection is accepted, which its first completed call shows.
    private async Task CallOffAsync(string actor)
    {
        if (actor == "ran-out")
            return;
        await CallAsync("Ack", WsmqAddress.User(User).ToString());
        await (actor == "banned" ? _node.Access.BanAsync(User) : _node.Access.RevokeTokenAsync(TokenId, DateTimeOffset.UtcNow.AddHours(1)));
    }

    private async Task<WsmqError?> CallAsync(string method, string target)
    {
        var message = new { to = method == "replyTo" ? "user:actor" : target, replyTo = method == "replyTo" ? target : null, body = 1 };
        var connection = _client!.Connection;
        switch (method)
        {
            case "Send" or "replyTo":
                await connection.InvokeAsync<WsmqReceipt>("Send", message);
                return null;
            case "SendMany":
                return WsmqError.Find((await connection.InvokeAsync<WsmqItemResult[]>("SendMany", new[] { message })).Single().Error);
            case "SendStream":
                return WsmqError.Find((await connection.StreamAsync<WsmqItemResult[]>("SendStream", One(new[] { message })).SingleAsync()).Single().Error);
            case "Produce":
                object one = target.StartsWith("work:", StringComparison.Ordinal) 
                    ? new { to = target, id = "1", body = 1 }
                    : new { to = target, sequence = 1, body = 1 };
                var produced = connection.StreamAsync<WsmqItemResult[]>("Produce", $"{Guid.NewGuid()}", 1, One(new[] { one }));
                return WsmqError.Find((await produced.SingleAsync()).Single().Error);
            case "SetFilter":
                await connection.InvokeAsync(method, target, null);
                return null;
            case "History":
                await connection.InvokeAsync<WsmqHistoryPage>(method, target, null);
                return null;
            case "Request":
                await connection.InvokeAsync<WsmqReply>(method, message, 30_000);
                return null;
            case "Respond":
                await connection.InvokeAsync<WsmqWorkGrant>(method, target, null, 1);
                await connection.InvokeAsync<WsmqWorkGrant>(method, target, null, 0);
                return null;
            case "Work":
                await connection.InvokeAsync<WsmqWorkGrant>(method, target, 1);
                return null;
            case "Complete":
                await connection.InvokeAsync(method, target, WsmqPosition.Start.ToString(), new string('0', 16));
                return null;
            case "CompleteMany":
                var lease = new WsmqJobLease(WsmqPosition.Start.ToString(), new string('0', 16));
                return WsmqError.Find((await connection.InvokeAsync<string?[]>(method, target, new[] { lease })).Single());
            case "PauseQueue" or "ResumeQueue" or "QueueInfo":
                await connection.InvokeAsync(method, target);
                return null;
            case "PeekJobs":
                await connection.InvokeAsync(method, target, new { state = "ready" });
                return null;
            case "PurgeQueue":
                await connection.InvokeAsync(method, target, "waiting", null);
                return null;
            case "DeleteQueue":
                await connection.InvokeAsync(method, target, null);
                return null;
            case "RedriveDeadLetters" or "RemoveDeadLetters":
                await connection.InvokeAsync(method, target, null, null);
                return null;
            case "MessageStatus":
                await connection.InvokeAsync<WsmqMessageStatus?>(method, target, WsmqPosition.Start.ToString(), null);
                return null;
            case "WatchPresence":
                await connection.InvokeAsync<WsmqPresenceState>(method, target);
                return null;
            case "Nack":
                await connection.InvokeAsync<int>(method, target, WsmqPosition.Start.ToString(), null);
                return null;
            default:
                await connection.InvokeAsync(method, target, WsmqPosition.Start.ToString());
                return null;
        }
    }

    private async Task<string> OverHttpAsync(string method, string target)
    {
        if (method == "GET /logs (event stream)")
        {
            await using var stream = await _http!.ListenAsync($"address={target}");
            if (stream.Status == 200)
                return AuthorizationTable.Ok;
            await Eventually.That("the answer is complete", () => stream.HasEnded);
            return stream.Raw.Length == 0 ? $"{stream.Status}" : JsonDocument.Parse(stream.Raw).RootElement.GetProperty("code").GetString()!;
        }

        if (method == "GET /queues")
        {
            var list = await _http!.GetAsync("/queues");
            return list.Status >= 300 ? list.Code ?? $"{list.Status}"
                : list.Text.Contains($"\"{target}\"", StringComparison.Ordinal) ? AuthorizationTable.Ok
                : AuthorizationTable.None;
        }

        if (AuthorizationTable.QueueEndpoints.ContainsKey(method))
        {
            var (verb, path) = (method.Split(' ')[0], method.Split(' ')[1].Replace("{address}", target, StringComparison.Ordinal)
                .Replace("{position}", WsmqPosition.Start.ToString(), StringComparison.Ordinal).Replace("{uniqueId}", "u", StringComparison.Ordinal));
            return OutcomeOf(await _http!.AskAsync(verb, path.EndsWith("purge", StringComparison.Ordinal) ? $"{path}?state=waiting" : path));
        }

        var answer = method switch
        {
            "POST /messages" => await _http!.SendAsync(new { to = target, body = 1 }),
            "POST /requests" => await _http!.PostAsync($"/requests?timeout={TimeoutOf(target)}", $$"""{"to":"{{target}}","body":1}"""),
            "DELETE /messages" => await _http!.AskAsync("DELETE", $"/messages?to={target}&id=m"),
            "GET /messages/status" or "GET /messages/readers" =>
                await _http!.GetAsync($"{method.Split(' ')[1]}?to={target}&position={WsmqPosition.Start}"),
            "GET /messages/tracked" => await _http!.GetAsync($"/messages/tracked?to={target}"),
            "GET /logs" => await _http!.GetAsync($"/logs?address={target}"),
            "GET /history" => await _http!.GetAsync($"/history?source={target}"),
            "GET /presence" => await _http!.GetAsync($"/presence?user={target.Replace("user:", "", StringComparison.Ordinal)}"),
            "GET /state" => await _http!.GetAsync($"/state?source={target}"),
            _ => await _http!.GetAsync($"/logs/{target}"),
        };
        return OutcomeOf(answer);
    }

    // Others have an answer at once; a job waits.
    private static int TimeoutOf(string target) => target.StartsWith("work:", StringComparison.Ordinal) ? 100 : 30_000;

    private static string OutcomeOf(ApiAnswer answer) => answer.Status < 300 ? AuthorizationTable.Ok : answer.Code ?? $"{answer.Status}";

    private async Task<string> ListsAsync(string target)
    {
        var listed = false;
        var outcome = await OutcomeAsync(async () =>
        {
            listed = (await _client!.Connection.InvokeAsync<WsmqQueueInfo[]>("ListQueues")).Any(i => i.Queue.ToString() == target);
            return null;
        });
        return outcome == AuthorizationTable.Ok && !listed ? AuthorizationTable.None : outcome;
    }

    private async Task<string> AsAppAsync(string method, string target)
    {
        var message = new WsmqOutgoingMessage { To = target, Body = WsmqJsonBody.Parse("1") };
        return method switch
        {
            "Send" => await OutcomeAsync(async () =>
            {
                await _node.Publisher.SendAsync(message);
                return null;
            }),
            "SendMany" => await OutcomeAsync(async () => (await _node.Publisher.SendManyAsync([message])).Single().Exception?.Error),
            _ => "–",
        };
    }

    // There is no order between addresses: the expected messages are awaited, and unexpected ones have the same time to arrive.
    private async Task<string[]> HearAsync(string method, string[] expected)
    {
        var marker = $"marker of {method}";
        var wanted = AuthorizationTable.Targets.Where((_, i) => expected[i] == AuthorizationTable.Ok).ToList();

        // Live groups are joined after the logs are read; a push before that is lost, as documented.
        if (method == "Live")
            await _client!.ReceivesLiveAsync([.. wanted.Select(t => PushesTo(WsmqAddress.Parse(t)))]);
        foreach (var target in AuthorizationTable.Targets[..^1])
            await TellAsync(method, target, marker);
        await Eventually.That("the expected messages arrive", () => wanted.All(HeardIn(method, marker).Contains));
        var heard = HeardIn(method, marker);
        return [.. AuthorizationTable.Targets.Select(t => heard.Contains(t) ? AuthorizationTable.Ok : AuthorizationTable.None)];
    }

    private async Task TellAsync(string method, string target, string marker)
    {
        var (address, body) = (WsmqAddress.Parse(target), WsmqJsonBody.From(target, options: null));
        if (method == "Receive")
            await _node.Publisher.SendAsync(new WsmqOutgoingMessage { To = target, Type = marker, Body = body });
        else
            await PushesTo(address).Live(new WsmqLiveMessage { Type = marker, Body = body });
    }

    private IWsmqReceiver PushesTo(WsmqAddress address) =>
        address.Kind == WsmqAddressKind.User ? _node.Live.Clients.User(address.Name) : _node.Live.Clients.Group(address.Name);

    private HashSet<string> HeardIn(string method, string marker) => method == "Receive"
        ? [.. _client!.Received.Where(d => d.Type == marker).Select(d => d.Body!.Value.To<string>(options: null)!)]
        : [.. _client!.Live.Where(m => m.Type == marker).Select(m => m.Body!.Value.To<string>(options: null)!)];

    private static async Task<string> OutcomeAsync(Func<Task<WsmqError?>> attempt)
    {
        try
        {
            return (await attempt())?.Code ?? AuthorizationTable.Ok;
        }
        catch (Exception e) when (e is HubException or WsmqException && WsmqError.Find(e.Message) is { } error)
        {
            return error.Code;
        }
        catch (InvalidOperationException)
        {
            // The exception of SignalR's client without a connection.
            return "closed";
        }
    }

    private static async IAsyncEnumerable<T> One<T>(T item, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.WaitAsync(cancellationToken);
        yield return item;
    }
}
