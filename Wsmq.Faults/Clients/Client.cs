using Wsmq.Faults.History;
using Wsmq.Faults.Jobs;
using Wsmq.Testing;

namespace Wsmq.Faults.Clients;

/// <summary>A device of a user. It receives and sends, and records both in the history.</summary>
internal abstract class Client(string user, string device, IReadOnlyList<string> groups, Func<Uri> node, Timings timings, HistoryFile history)
    : IAsyncDisposable
{
    // Of so many messages one has a delay, two have a time to live, and one is state.
    private const int SpecialEach = 12;
    private const int StateKeys = 3;

    /// <summary>The time to live of messages that may expire. That of others is longer than any run.</summary>
    public static readonly TimeSpan BriefLife = TimeSpan.FromSeconds(1);

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

    public string DeviceName => device;

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

    /// <summary>Whether the client numbers messages that have no id; some have one all the same.</summary>
    protected virtual bool NumbersSends => false;

    protected abstract Task ConnectAsync();

    protected abstract Task DisconnectAsync();

    protected WsmqOutgoingMessage NextMessage(string to)
    {
        var number = Interlocked.Increment(ref _sent);
        var id = $"{Name}#{number}";
        if (to == JobMessages.Queue)
            return JobMessages.Next(id, number);
        var message = new WsmqOutgoingMessage { To = to, Id = id, Type = "load", Body = WsmqJsonBody.Parse("\"load\"") };
        return (number % SpecialEach) switch
        {
            1 => message with { Delay = TimeSpan.FromSeconds(1 + (number / SpecialEach % 3)) },
            2 => message with { TimeToLive = BriefLife },
            3 => message with { TimeToLive = TimeSpan.FromHours(1) },
            5 => message with { StateKey = $"key{number / SpecialEach % StateKeys}" },
            _ when NumbersSends && number % 4 != 0 => message with { Id = null, CorrelationId = id },
            _ => message,
        };
    }

    /// <summary>What a message is known by in the history: a client chooses the id of those that it numbers.</summary>
    public static string IdOf(WsmqOutgoingMessage message) => message.Id ?? message.CorrelationId!;

    /// <summary>What a delivery is known by in the history.</summary>
    public static string IdOf(WsmqDelivery delivery) => delivery.CorrelationId ?? delivery.Id;

    /// <summary>The event of a send.</summary>
    public static HistoryEvent SendOf(WsmqOutgoingMessage message) => new()
    {
        Kind = EventKind.Send, Address = message.To, Id = IdOf(message), Key = message.Key, UniqueId = message.UniqueId, Delay = message.Delay?.TotalSeconds,
        Life = message.TimeToLive?.TotalSeconds, StateKey = message.StateKey,
    };

    /// <summary>The event of a receipt.</summary>
    public static HistoryEvent ReceiptOf(string id, WsmqReceipt receipt) => new()
    {
        Kind = EventKind.Receipt, Id = id, Position = receipt.Position,
        Why = receipt.UniqueIdTaken ? EventKind.Taken : receipt.Duplicate ? "duplicate" : null,
    };

    /// <summary>The event of a received live push.</summary>
    public static HistoryEvent Pushed(WsmqLiveMessage message) => new() { Kind = EventKind.Pushed, Id = message.Body!.Value.ToString().Trim('"') };

    protected void Record(HistoryEvent happened) => history.Add(happened with { Device = Name });
}
