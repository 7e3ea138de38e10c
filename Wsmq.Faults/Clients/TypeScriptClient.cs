using System.Collections.Concurrent;
using Wsmq.Faults.History;
using Wsmq.Testing;

namespace Wsmq.Faults.Clients;

/// <summary>
/// A client that uses the TypeScript client, in a process of Node.js. That one writes what happens in the form of the history; the handler
/// and the record are here. A send is recorded before the command, and a receipt after its line: neither makes the checks stricter than
/// what happened.
/// </summary>
internal sealed class TypeScriptClient(
    string user, string device, IReadOnlyList<string> groups, Func<Uri> node, Timings timings, HistoryFile history)
    : Client(user, device, groups, node, timings, history)
{
    private readonly Lock _calls = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _sends = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private ScriptProcess? _script;
    private volatile bool _isConnected;

    public override bool IsConnected => _isConnected;

    /// <summary>Whether its messages wait in an outbox, in memory, and have places in sequences.</summary>
    public bool HasOutbox { get; init; }

    protected override string Kind => EventKind.Ours;

    protected override bool Tracks => true;

    public override Task SendAsync(string to)
    {
        lock (_calls)
        {
            var message = NextMessage(to);
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _sends[message.Id!] = done;
            Record(SendOf(message));
            _script!.Say(new Dictionary<string, object?>
            {
                ["do"] = "send", ["to"] = message.To, ["id"] = message.Id, ["type"] = message.Type, ["body"] = message.Body,
                ["key"] = message.Key, ["uniqueId"] = message.UniqueId, ["delay"] = message.Delay?.TotalMilliseconds,
                ["timeToLive"] = message.TimeToLive?.TotalMilliseconds, ["stateKey"] = message.StateKey, ["anyDevice"] = message.AnyDevice ? true : null, ["track"] = message.Track ? true : null,
            }.Where(field => field.Value is not null).ToDictionary());
            return done.Task;
        }
    }

    public override Task SendManyAsync(string to, int count) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => SendAsync(to)));

    protected override Task ConnectAsync()
    {
        var package = TypeScriptPackage.Dist();
        var script = Path.Combine(AppContext.BaseDirectory, "Clients", "typescript-client.mjs");
        _script = ScriptProcess.Start([script, package], Take);
        _script.Say(new
        {
            @do = "start", url = Url, device = DeviceName, outboxOf = HasOutbox ? User : null, connectTimeout = Timings.ConnectionTimeout.TotalMilliseconds,
        });
        return _first.Task;
    }

    protected override async Task DisconnectAsync()
    {
        if (Interlocked.Exchange(ref _script, null) is not { } script)
            return;
        await _stop.CancelAsync();
        script.Say(new { @do = "stop" });
        await script.DisposeAsync();
        _stop.Dispose();
    }

    private void Take(string line)
    {
        var happened = HistoryEvent.Parse(line);
        switch (happened.Kind)
        {
            case EventKind.Deliver:
                _ = HandleAsync(happened with { Attempts = null }, happened.Attempts!.Value);
                return;
            case EventKind.State:
                _isConnected = happened.Why == EventKind.Connected;
                break;
        }

        Record(happened);
        if (happened.Kind == EventKind.State && _isConnected)
            _first.TrySetResult();
        if (happened.Kind is EventKind.Receipt or EventKind.Failed && _sends.TryRemove(happened.Id!, out var done))
            done.TrySetResult();
    }

    private async Task HandleAsync(HistoryEvent delivered, int number)
    {
        Record(delivered);
        var ok = true;
        try
        {
            await Behaviour.WaitAsync(_stop.Token);
            ok = !Behaviour.Throws(delivered.Address!, delivered.Position!);
            Record(delivered with { Kind = ok ? EventKind.Ack : EventKind.Threw });
        }
        catch (OperationCanceledException)
        {
            // Not handled: the client has to stop without an acknowledgement.
            ok = false;
        }

        try
        {
            _script?.Say(new { @do = "handled", n = number, ok });
        }
        catch (RunFailedException)
        {
            // It has ended.
        }
    }
}
