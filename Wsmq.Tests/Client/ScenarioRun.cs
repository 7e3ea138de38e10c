using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>
/// Executes the steps of a scenario: some change what the server does, some what the client does, the rest wait until something holds.
/// </summary>
internal sealed class ScenarioRun
{
    private readonly ScriptedServer _server;
    private readonly WsmqClient _client;
    private readonly ScenarioSends _sends;
    private readonly ScenarioCalls _calls;
    private readonly ScenarioTracking _tracking;
    private readonly ConcurrentQueue<string> _handled = new();
    private readonly ConcurrentQueue<string> _handling = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _held = new();
    private readonly ConcurrentDictionary<string, int> _fails = new();
    private int _forgotten;
    private int _connected;

    public ScenarioRun(ScriptedServer server, WsmqClient client)
    {
        (_server, _client, _tracking) = (server, client, new ScenarioTracking(server, client));
        (_sends, _calls) = (new ScenarioSends(server.Script, client), new ScenarioCalls(server, client));
        client.On<Line>(HandleAsync);
        client.Gap += (_, gap) => _handled.Enqueue($"gap {gap.After.Value} {gap.Before.Value} {gap.Reason}");
        client.Cleared += (_, cleared) => _handled.Enqueue($"cleared {cleared.Position.Value}");
        client.StateComplete += (_, state) => _handled.Enqueue($"complete {state.Position.Value}");
        client.StateChanged += (_, e) =>
        {
            if (e.Current == WsmqClientState.Connected)
                Interlocked.Increment(ref _connected);
        };
    }

    private Script Script => _server.Script;

    public Task StepAsync(string what, JsonElement value) => what switch
    {
        "start" => _client.StartAsync(),
        "onConnect" => Do(() => Script.OnConnected = client => ScenarioEntries.SendAsync(client, value)),
        "onResume" => Do(() => Script.OnResume = (_, _, client) => ScenarioEntries.SendAsync(client, value)),
        "deadAfter" => Do(() => DeadAfter(value.GetInt32())),
        "forgetAcks" => Do(() => _forgotten = Script.Acks.Count),
        "cut" => Script.AbortAllAsync(),
        "server" => ScenarioEntries.SendAsync(_server.Everyone, value),
        "until" => UntilAsync(value),
        "fails" => Do(() => value.EnumerateObject().ToList().ForEach(one => _fails[one.Name] = one.Value.GetInt32())),
        "snapshot" => Do(() => Snapshot(new Queue<string>(value.EnumerateArray().Select(one => one.ToString())))),
        "holds" => Do(() => Texts(value).ForEach(text => _held[text] = new(TaskCreationOptions.RunContinuationsAsynchronously))),
        "lets" => Do(() => Texts(value).ForEach(text => _held[text].SetResult())),
        _ => _sends.TryStep(what, value) ?? _calls.TryStep(what, value) ?? _tracking.TryStep(what, value) ?? HoldsAsync(what, value),
    };

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static List<string> Texts(JsonElement value) => [.. value.EnumerateArray().Select(one => one.GetString()!)];

    private Task HoldsAsync(string what, JsonElement value) => Eventually.That($"{what} {value}", () => what switch
    {
        "handled" => _handled.SequenceEqual(Texts(value)),
        "handling" => _handling.SequenceEqual(Texts(value)),
        "acked" => value.ValueKind == JsonValueKind.Number
            ? IsAcked(Entry.Alice, value)
            : value.EnumerateObject().All(one => IsAcked(one.Name, one.Value)),
        "resumes" => Script.Resumes.Select(r => r.After).Distinct()
            .SequenceEqual(value.EnumerateArray().Select(after => Entry.At(after.GetInt64()))),
        "nacked" => value.EnumerateObject().All(one =>
            Script.Nacks.Count(n => n.Position == Entry.At(ScenarioEntries.Number(one.Name))) >= one.Value.GetInt32()),
        "connections" => Volatile.Read(ref _connected) == value.GetInt32(),
        _ => throw new InvalidOperationException($"'{what}' is not a step."),
    });

    private bool IsAcked(string source, JsonElement position) =>
        Script.Acks.Skip(_forgotten).LastOrDefault(a => a.Source == source).Position == Entry.At(position.GetInt64());

    private Task UntilAsync(JsonElement value) => Eventually.That($"handled {value.GetProperty("handled")}", async () =>
    {
        if (_handled.SequenceEqual(Texts(value.GetProperty("handled"))))
            return true;
        await ScenarioEntries.SendAsync(_server.Everyone, value.GetProperty("server"));
        return false;
    });

    // Each load has the next result; one that has none waits for ever.
    private void Snapshot(Queue<string> results) => _client.Snapshot(WsmqAddress.Parse(Entry.Alice), async cancellationToken =>
    {
        if (!results.TryDequeue(out var result))
            await Task.Delay(Timeout.Infinite, cancellationToken);
        _handled.Enqueue($"load {result}");
        return result == "fails" ? throw new InvalidOperationException("not loaded") : WsmqPosition.Parse(Entry.At(ScenarioEntries.Number(result!)));
    });

    private void DeadAfter(int most) => Script.OnNack = async (source, position, client) =>
    {
        var count = Script.Nacks.Count(n => n.Position == position);
        if (count >= most)
            await client.DeadLettered(source, position, count);
        return count;
    };

    private async Task HandleAsync(WsmqMessage<Line> message, CancellationToken cancellationToken)
    {
        var text = message.IsState ? $"state {message.Body.Text}" : message.Body.Text;
        _handling.Enqueue(text);
        if (_held.TryGetValue(text, out var held))
            await held.Task.WaitAsync(cancellationToken);
        if (_fails.TryGetValue(text, out var left) && left > 0)
        {
            _fails[text] = left - 1;
            throw new InvalidOperationException("not handled");
        }

        _handled.Enqueue(text);
    }
}
