using System.Text.Json;
using Wsmq.Testing;

namespace Wsmq.Faults.Clients;

/// <summary>One connection of a <see cref="SocketClient"/>.</summary>
/// <param name="user">The user.</param>
/// <param name="take">Gets each delivery.</param>
/// <param name="miss">Gets the arguments of each gap.</param>
internal sealed class SocketConnection(string user, Action<JsonElement> take, Action<JsonElement> miss) : IAsyncDisposable
{
    private static readonly string Ping = """{"type":6}""";

    private readonly TaskCompletionSource _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HubSocket? _socket;

    /// <summary>Completes once nothing more can be received.</summary>
    public Task Ended => _socket?.Ended ?? Task.CompletedTask;

    /// <summary>Connects, and waits until the server has accepted the connection. False if it refused it or did not answer.</summary>
    public async Task<bool> TryStartAsync(Uri hub, CancellationToken limit)
    {
        try
        {
            _socket = await HubSocket.OpenAsync(hub, limit);
            _socket.StartReading(TakeAllAsync);
            await Task.WhenAny(_accepted.Task, _socket.Ended).WaitAsync(limit);
            return _accepted.Task.IsCompletedSuccessfully;
        }
        catch (Exception e) when (e is OperationCanceledException || HubSocket.IsEnd(e))
        {
            Abort();
            return false;
        }
    }

    public void Abort() => _socket?.Abort();

    public ValueTask DisposeAsync() => _socket?.DisposeAsync() ?? default;

    private async Task TakeAllAsync(string message)
    {
        foreach (var frame in message.Split(HubSocket.Separator, StringSplitOptions.RemoveEmptyEntries))
            await TakeAsync(frame);
    }

    private async Task TakeAsync(string frame)
    {
        using var json = JsonDocument.Parse(frame);
        var root = json.RootElement;
        if (!root.TryGetProperty("type", out var type))
        {
            // A call completes only once the server has accepted the connection. This ack has no other effect: it acknowledges nothing.
            await _socket!.SendAsync(Call("Ack", "call", $"user:{user}", WsmqPosition.Start.ToString()));
            return;
        }

        switch (type.GetInt32())
        {
            case 1 when root.GetProperty("target").GetString() == "Receive":
                var delivery = root.GetProperty("arguments")[0];
                take(delivery);
                await _socket!.SendAsync(Call("Ack", null, delivery.GetProperty("source").GetString()!, delivery.GetProperty("position").GetString()!));
                break;
            case 1 when root.GetProperty("target").GetString() == "Gap":
                miss(root.GetProperty("arguments"));
                break;
            case 3 when root.TryGetProperty("error", out var error):
                throw new IOException($"The server refused the connection: {error}");
            case 3:
                _accepted.TrySetResult();
                break;
            case 6:
                await _socket!.SendAsync(Ping);
                break;
            case 7:
                throw new IOException($"Closed by the server: {frame}");
        }
    }

    private static string Call(string target, string? id, params string[] arguments) =>
        $"{{\"type\":1{(id is null ? "" : $",\"invocationId\":\"{id}\"")},\"target\":\"{target}\",\"arguments\":{JsonSerializer.Serialize(arguments)}}}";
}
