using System.Text.Json;

namespace Wsmq.Tests.Client;

/// <summary>The steps of a scenario that concern waits for a tracked message.</summary>
internal sealed class ScenarioTracking
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private static readonly WsmqReceipt Receipt = new("m5", Entry.At(5), false);

    private readonly ScriptedServer _server;
    private readonly WsmqClient _client;
    private readonly Queue<WsmqMessageStatus?> _statuses = [];
    private volatile string? _waited;

    public ScenarioTracking(ScriptedServer server, WsmqClient client)
    {
        (_server, _client) = (server, client);

        // Each call has the next answer, the last one all that follow.
        server.Script.OnStatus = (_, _, _) =>
        {
            lock (_statuses)
                return _statuses.Count > 1 ? _statuses.Dequeue() : _statuses.Peek();
        };
    }

    /// <summary>Returns null for a step that does not concern tracked messages.</summary>
    public Task? TryStep(string what, JsonElement value)
    {
        switch (what)
        {
            case "statuses":
                foreach (var state in value.EnumerateArray())
                    _statuses.Enqueue(state.ValueKind == JsonValueKind.Null ? null : StatusOf(state));
                return Task.CompletedTask;
            case "wait":
                _ = WaitAsync(value.Deserialize<WsmqDeliveryState>(ScenarioWire.Json));
                return Task.CompletedTask;
            case "tell":
                return _server.Everyone.StatusChanged([StatusOf(value)]);
            case "asked":
                return Eventually.That($"the status was asked for {value} times", () => _server.Script.StatusCalls.Count == value.GetInt32());
            case "waited":
                return Eventually.That($"the wait ended with {value}", () => _waited == value.GetString());
            default:
                return null;
        }
    }

    private static WsmqMessageStatus StatusOf(JsonElement state) => new()
    {
        To = Bob.ToString(), Position = Receipt.Position, Id = Receipt.Id, State = state.Deserialize<WsmqDeliveryState>(ScenarioWire.Json),
        StoredAt = DateTimeOffset.UnixEpoch, Delivered = 1, Acknowledged = 0, DeadLettered = 0,
    };

    private async Task WaitAsync(WsmqDeliveryState state)
    {
        try
        {
            var status = await _client.WaitForAsync(Bob, Receipt, state);
            _waited = ScenarioWire.NameOf(status.State);
        }
        catch (WsmqException e)
        {
            _waited = e.Error.Code;
        }
    }
}
