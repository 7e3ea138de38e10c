using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <summary>A client of a scenario over nodes: its user, and its device if the name has one.</summary>
internal sealed class ScenarioReader : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _handled = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _held = new();
    private readonly ConcurrentDictionary<string, bool> _fails = new();
    private readonly TypedClient _client;

    public ScenarioReader(Uri hub, string name)
    {
        var parts = name.Split(' ');
        _client = new TypedClient(hub, parts[0], null, o =>
        {
            o.LoggerFactory = NullLoggerFactory.Instance;
            o.Device = parts.Length > 1 ? parts[1] : o.Device;
        });
        Client.On<Line>(HandleAsync);
    }

    public WsmqClient Client => _client.Client;

    public IEnumerable<string> Handled => _handled;

    /// <summary>A step that concerns this client.</summary>
    public async Task DoAsync(string what, JsonElement value)
    {
        if (what == "filter")
        {
            var headers = value.GetProperty("headers").Deserialize<Dictionary<string, string>>();
            await Client.SetFilterAsync(WsmqAddress.Parse(value.GetProperty("source").GetString()!), new WsmqFilter { Headers = headers });
            return;
        }

        foreach (var text in value.EnumerateArray().Select(one => one.GetString()!))
        {
            if (what == "holds")
                _held[text] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            else if (what == "lets")
                _held[text].SetResult();
            else
                _fails[text] = true;
        }
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private async Task HandleAsync(WsmqMessage<Line> message, CancellationToken cancellationToken)
    {
        var text = message.Body.Text;
        if (_held.TryGetValue(text, out var held))
            await held.Task.WaitAsync(cancellationToken);
        if (_fails.ContainsKey(text))
            throw new InvalidOperationException("not handled");
        _handled.Enqueue(text);
    }
}
