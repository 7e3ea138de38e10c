using System.Collections.Concurrent;
using System.Text.Json;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <summary>
/// Executes the steps of a scenario over nodes: some change what clients do, the rest wait until the sender sees something. The first client that
/// is started sends and asks, over the first node; the others are connected to the last one.
/// </summary>
internal sealed class NodeScenarioRun(Uri first, Uri last) : IAsyncDisposable
{
    private readonly Dictionary<string, ScenarioReader> _readers = [];
    private readonly Dictionary<string, (WsmqAddress To, WsmqReceipt Receipt)> _sent = [];
    private readonly ConcurrentDictionary<string, WsmqDeliveryState> _told = new();
    private ScenarioReader? _asks;
    private bool _byId;

    private WsmqClient Asks => _asks!.Client;

    public async Task StepAsync(string what, JsonElement value)
    {
        switch (what)
        {
            case "start":
                foreach (var name in Texts(value))
                    await StartAsync(name);
                break;
            case "stop":
                foreach (var name in Texts(value))
                    await StopAsync(name);
                break;
            case "asks":
                (_asks, _byId) = (_readers[value.GetString()!], true);
                break;
            case "holds" or "lets" or "fails" or "filter":
                foreach (var one in value.EnumerateObject())
                    await ReaderOf(one.Name).DoAsync(what, one.Value);
                break;
            case "send":
                await SendAsync(value);
                break;
            case "ends":
                foreach (var one in value.EnumerateObject())
                    (await WaitForAsync(one.Name)).Should().Be(one.Value.GetString(), "that is what became of {0}", one.Name);
                break;
            case "unknown":
                foreach (var text in Texts(value))
                    (await StatusAsync(text)).Should().BeNull("{0} is not of this user", text);
                break;
            default:
                foreach (var one in value.EnumerateObject())
                    await Eventually.That($"{what} {one}", () => HoldsAsync(what, one.Name, one.Value));
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var reader in _readers.Values)
            await reader.DisposeAsync();
    }

    private static List<string> Texts(JsonElement value) => [.. value.EnumerateArray().Select(one => one.GetString()!)];

    private async Task<bool> HoldsAsync(string what, string name, JsonElement expected) => what switch
    {
        "status" => ScenarioWire.NameOf((await StatusAsync(name))!.State) == expected.GetString(),
        "counts" => await StatusAsync(name) is { } s
            && expected.EnumerateArray().Select(n => n.GetInt32()).SequenceEqual([s.Delivered, s.Acknowledged, s.DeadLettered]),
        "readers" => (await ReadersAsync(name)).SequenceEqual(Texts(expected)),
        "told" => _told.TryGetValue(_sent[name].Receipt.Id, out var told) && ScenarioWire.NameOf(told) == expected.GetString(),
        "listed" => (await ListedAsync(name)).SequenceEqual(Texts(expected)),
        "handled" => _readers[name].Handled.SequenceEqual(Texts(expected)),
        _ => throw new InvalidOperationException($"'{what}' is not a step."),
    };

    private ScenarioReader ReaderOf(string name)
    {
        if (_readers.TryGetValue(name, out var known))
            return known;
        return _readers[name] = new ScenarioReader(_asks is null && name.IndexOf(' ') < 0 ? first : last, name);
    }

    private async Task StartAsync(string name)
    {
        var reader = ReaderOf(name);
        _asks ??= reader;
        reader.Client.StatusChanged += (_, e) => _told[e.Status.Id] = e.Status.State;
        await reader.Client.StartAsync();
    }

    private async Task StopAsync(string name)
    {
        _readers.Remove(name, out var reader);
        await reader!.DisposeAsync();
    }

    private async Task SendAsync(JsonElement send)
    {
        var to = WsmqAddress.Parse(send.GetProperty("to").GetString()!);
        var options = new WsmqSendOptions
        {
            Track = true,
            TimeToLive = send.TryGetProperty("timeToLive", out var life) ? TimeSpan.FromMilliseconds(life.GetInt32()) : null,
            Headers = send.TryGetProperty("headers", out var headers) ? headers.Deserialize<Dictionary<string, string>>() : null,
        };
        foreach (var text in Texts(send.GetProperty("texts")))
            _sent[text] = (to, await Asks.SendAsync(to, new Line(text), options));
    }

    // Another client than that which has the receipt asks by the id.
    private Task<WsmqMessageStatus?> StatusAsync(string text)
    {
        var (to, receipt) = _sent[text];
        return _byId ? Asks.GetStatusAsync(to, receipt.Id) : Asks.GetStatusAsync(to, WsmqPosition.Parse(receipt.Position));
    }

    private async Task<string> WaitForAsync(string text) =>
        ScenarioWire.NameOf((await Asks.WaitForAsync(_sent[text].To, _sent[text].Receipt, WsmqDeliveryState.Acknowledged)).State);

    private async Task<List<string>> ReadersAsync(string text)
    {
        var readers = new List<string>();
        await foreach (var reader in Asks.ReadersOfAsync(_sent[text].To, WsmqPosition.Parse(_sent[text].Receipt.Position)))
            readers.Add($"{reader.Device ?? reader.User} {ScenarioWire.NameOf(reader.State)}");
        return readers;
    }

    private async Task<List<string>> ListedAsync(string to)
    {
        var listed = new List<string>();
        await foreach (var status in Asks.TrackedAsync(WsmqAddress.Parse(to)))
            listed.Add(_sent.Single(s => s.Value.Receipt.Id == status.Id).Key);
        return listed;
    }
}
