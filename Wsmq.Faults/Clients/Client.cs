using Wsmq.Faults.History;
using Wsmq.Faults.Jobs;
using Wsmq.Testing;

namespace Wsmq.Faults.Clients;

/// <summary>A device of a user. It receives and sends, and records both in the history.</summary>
internal abstract class Client(string user, string device, IReadOnlyList<string> groups, Func<Uri> node, Timings timings, HistoryFile history)
    : IAsyncDisposable
{
    private int _sent;

    public string Name { get; } = $"{user}/{device}";

    public string User => user;

    public IReadOnlyList<string> Groups => groups;

    public Behaviour Behaviour { get; } = new();

    /// <summary>Its own proxy to the nodes.</summary>
    public TcpProxy Line { get; } = new(node);

    public abstract bool IsConnected { get; }

    /// <summary>The hub URL of this user.</summary>
    protected Uri Url => new($"{Line.Hub}?user={Uri.EscapeDataString(user)}");

    protected string DeviceName => device;

    protected Timings Timings => timings;

    protected abstract string Kind { get; }

    /// <summary>Connects for the first time. From then on the checks include the device.</summary>
    public async Task StartAsync()
    {
        await ConnectAsync();
        history.Add(new HistoryEvent { Kind = EventKind.Device, Device = Name, Why = Kind, Reads = [$"user:{user}", .. groups.Select(g => $"group:{g}")] });
    }

    /// <summary>Sends one message, and returns once its outcome is recorded.</summary>
    public abstract Task SendAsync(string to);

    /// <summary>Sends messages without waiting for outcomes in between.</summary>
    public abstract Task SendManyAsync(string to, int count);

    public async ValueTask DisposeAsync()
    {
        Behaviour.Reset();
        await DisconnectAsync();
        await Line.DisposeAsync();
    }

    protected abstract Task ConnectAsync();

    protected abstract Task DisconnectAsync();

    protected WsmqOutgoingMessage NextMessage(string to)
    {
        var number = Interlocked.Increment(ref _sent);
        var id = $"{Name}#{number}";
        return to == JobMessages.Queue
            ? JobMessages.Next(id, number)
            : new WsmqOutgoingMessage { To = to, Id = id, Type = "load", Body = WsmqJsonBody.Parse("\"load\"") };
    }

    /// <summary>The event of a send.</summary>
    public static HistoryEvent SendOf(WsmqOutgoingMessage message) => new()
    {
        Kind = EventKind.Send, Address = message.To, Id = message.Id, Key = message.Key, UniqueId = message.UniqueId, Delay = message.Delay?.TotalSeconds,
    };

    /// <summary>The event of a receipt.</summary>
    public static HistoryEvent ReceiptOf(WsmqReceipt receipt) => new()
    {
        Kind = EventKind.Receipt, Id = receipt.Id, Position = receipt.Position,
        Why = receipt.UniqueIdTaken ? EventKind.Taken : receipt.Duplicate ? "duplicate" : null,
    };

    /// <summary>The event of a received live push.</summary>
    public static HistoryEvent Pushed(WsmqLiveMessage message) => new() { Kind = EventKind.Pushed, Id = message.Body!.Value.ToString().Trim('"') };

    protected void Record(HistoryEvent happened) => history.Add(happened with { Device = Name });
}
