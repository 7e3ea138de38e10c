using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>The steps of a scenario that concern calls with a result: presence, requests and histories.</summary>
internal sealed class ScenarioCalls
{
    private readonly ScriptedServer _server;
    private readonly WsmqClient _client;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<JsonElement>> _answers = new();
    private readonly ConcurrentQueue<string> _seen = new();
    private readonly ConcurrentQueue<string> _read = new();
    private readonly ConcurrentDictionary<string, string> _replies = new();
    private WsmqPresenceWatch? _watch;

    public ScenarioCalls(ScriptedServer server, WsmqClient client)
    {
        (_server, _client) = (server, client);
        Script.OnWatch = async (address, _) => ScenarioWire.PresenceOf(address, await AnswerAsync(nameof(IWsmqHub.WatchPresence)));
        Script.OnQueueCall = async (method, _) => method switch
        {
            nameof(IWsmqHub.Request) => (await AnswerAsync(method)).Deserialize<WsmqReply>(ScenarioWire.Json),
            nameof(IWsmqHub.History) => ScenarioWire.PageOf(await AnswerAsync(method)),
            _ => true,
        };
    }

    private Script Script => _server.Script;

    /// <summary>Returns null for a step that does not concern such calls.</summary>
    public Task? TryStep(string what, JsonElement value) => what switch
    {
        "answers" => Do(() => value.EnumerateObject().ToList().ForEach(m => _answers[m.Name] = new(m.Value.EnumerateArray()))),
        "calls" => CallAllAsync(value),
        "watch" => Do(() => Watch(WsmqAddress.Parse(value.GetString()!))),
        "say" => Do(() => _ = _client.SetPresenceAsync(
            value.GetProperty("away").GetBoolean(), WsmqJsonBody.Parse(value.GetProperty("data").GetRawText()))),
        "request" => Do(() => value.EnumerateArray().ToList().ForEach(body => _ = RequestAsync(body.GetString()!))),
        "respond" => Do(() => Respond(value)),
        "history" => Do(() => _ = ReadAsync(value.Deserialize<WsmqHistoryQuery>(ScenarioWire.Json)!)),
        "seen" or "read" or "replied" or "answered" or "called" => Eventually.That($"{what} {value}", () => Holds(what, value)),
        _ => null,
    };

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private bool Holds(string what, JsonElement value) => what switch
    {
        "seen" or "read" => Seen(what).SequenceEqual(value.EnumerateArray().Select(one => one.GetString()!)),
        "replied" => value.EnumerateObject().All(one => _replies.GetValueOrDefault(one.Name) == one.Value.GetString()),
        "answered" => value.EnumerateObject().All(one => AnswerTo(one.Name) == one.Value.GetString()),
        _ => value.EnumerateObject().All(one => IsCalled(CallsOf(one.Name), one.Value)),
    };

    private string[] Seen(string what) => what == "read" ? [.. _read] : _watch?.Error is { } error ? [.. _seen, error.Error.Code] : [.. _seen];

    private object?[][] CallsOf(string method) => method switch
    {
        nameof(IWsmqHub.WatchPresence) => [.. Script.Watched.Select(address => new object?[] { address })],
        nameof(IWsmqHub.SetPresence) => [.. Script.PresenceSet.Select(set => new object?[] { set.Away, JsonNode.Parse(set.Data!) })],
        nameof(IWsmqHub.Respond) => [.. Script.Offers.Select(offer => new object?[] { offer.Address })],
        _ => [.. Script.QueueCalls.Where(call => call.Method == method).Select(call => call.Arguments)],
    };

    private static bool IsCalled(object?[][] calls, JsonElement expected) => expected.ValueKind == JsonValueKind.Number
        ? calls.Length == expected.GetInt32()
        : JsonNode.DeepEquals(JsonSerializer.SerializeToNode(calls, ScenarioWire.Json), JsonNode.Parse(expected.GetRawText()));

    private string? AnswerTo(string request)
    {
        var (method, arguments) = Script.QueueCalls.FirstOrDefault(c => c.Arguments.FirstOrDefault() as string == request);
        return method == nameof(IWsmqHub.Reply) ? ScenarioWire.TextOf(((WsmqOutgoingMessage)arguments[1]!).Body) : arguments?[1] as string;
    }

    // Each call has the next answer, the last one all that follow.
    private async Task<JsonElement> AnswerAsync(string method)
    {
        if (!_answers.TryGetValue(method, out var answers) || !answers.TryPeek(out var answer))
            throw new HubException("not scripted");
        if (answers.Count > 1)
            answers.TryDequeue(out answer);
        if (answer.ValueKind == JsonValueKind.String)
        {
            await Script.AbortAllAsync();
            throw new OperationCanceledException();
        }

        return answer.TryGetProperty("error", out var error) ? throw new HubException(error.GetString()) : answer;
    }

    private async Task CallAllAsync(JsonElement calls)
    {
        foreach (var call in calls.EnumerateArray())
        {
            if (call.TryGetProperty("presence", out var address))
                await _server.Everyone.Presence(ScenarioWire.ChangeOf(address.GetString()!, call));
            else
                await _server.Everyone.Request(ScenarioWire.RequestOf(call));
        }
    }

    private void Watch(WsmqAddress address)
    {
        _watch = _client.WatchPresence(address);
        _watch.Changed += (_, change) => _seen.Enqueue(change.IsFirst
            ? $"all {string.Join(',', change.State.Members!.Select(m => m.User))}"
            : string.Join(", ", change.Changes.Select(c => $"{c.After.User} {ScenarioWire.NameOf(c.After.Status)}")));
    }

    private async Task RequestAsync(string body)
    {
        try
        {
            var message = new WsmqOutgoingMessage { To = "user:bob", Type = nameof(Line), Body = ScenarioWire.BodyOf(body) };
            _replies[body] = ScenarioWire.TextOf((await _client.RequestAsync(message)).Body);
        }
        catch (WsmqException e)
        {
            _replies[body] = e.InnerException is WsmqRequestException refusal ? $"{e.Error.Code} {refusal.Code}" : e.Error.Code;
        }
    }

    // What a body is refused with; one without a code fails.
    private void Respond(JsonElement refusals) => _client.OnRequest<string, string>(nameof(Line), (request, _) =>
        !refusals.TryGetProperty(request.Body, out var code) ? Task.FromResult(request.Body)
        : code.GetString() is { Length: > 0 } text ? throw new WsmqRequestException(text)
        : throw new InvalidOperationException("not answered"));

    private async Task ReadAsync(WsmqHistoryQuery query)
    {
        try
        {
            await foreach (var delivery in _client.HistoryAsync(WsmqAddress.Parse(Entry.Alice), query))
                _read.Enqueue($"{ScenarioEntries.Number(delivery.Position)}");
        }
        catch (WsmqException e)
        {
            _read.Enqueue(e.Error.Code);
        }
    }
}
