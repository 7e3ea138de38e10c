using Wsmq.Faults.History;
using Wsmq.Faults.Jobs;
using Wsmq.Testing;

namespace Wsmq.Faults.Clients;

/// <summary>A device of a user. It receives and sends, and records both in the history.</summary>
internal abstract class Client(string user, string device, IReadOnlyList<string> groups, Func<Uri> node, Timings timings, HistoryFile history)
    : IAsyncDisposable
{
    // Of so many messages one has a delay, two have a time to live, one is state, one is for any device, and one has another type.
    private const int SpecialEach = 12;

    // A prime, so that each kind is tracked in turn.
    private const int TrackedEach = 5;
    private const int StateKeys = 3;

    /// <summary>The time to live of messages that may expire. That of others is longer than any run.</summary>
    public static readonly TimeSpan BriefLife = TimeSpan.FromSeconds(1);

    /// <summary>The type that a client with a filter does not get.</summary>
    public const string OtherType = "other";

    private const string LoadType = "load";

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

    /// <summary>A source of which the client does not get <see cref="OtherType"/>; null without a filter.</summary>
    public string? FilteredSource { get; init; }

    /// <summary>Connects for the first time. From then on the checks include the device.</summary>
    public async Task StartAsync()
    {
        await ConnectAsync();
        history.Add(new HistoryEvent
        {
            Kind = EventKind.Device, Device = Name, Why = Kind, Reads = [$"user:{user}", .. groups.Select(g => $"group:{g}")], Filtered = FilteredSource,
        });
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

    /// <summary>Whether some of its messages are tracked.</summary>
    protected virtual bool Tracks => false;

    /// <summary>What the client gets of a source with a filter.</summary>
    protected static WsmqFilter Filter { get; } = new() { Types = [LoadType] };

    protected abstract Task ConnectAsync();

    protected abstract Task DisconnectAsync();

    protected WsmqOutgoingMessage NextMessage(string to)
    {
        var number = Interlocked.Increment(ref _sent);
        var id = $"{Name}#{number}";
        if (to == JobMessages.Queue)
            return JobMessages.Next(id, number);
        var kind = number % SpecialEach;
        if (kind == 10)
            return new WsmqOutgoingMessage { To = to, Id = id, Type = OtherType, Body = WsmqJsonBody.Parse("\"other\"") };
        var isTracked = Tracks && number % TrackedEach == 0;
        var message = new WsmqOutgoingMessage { To = to, Id = id, Type = LoadType, Body = WsmqJsonBody.Parse("\"load\""), Track = isTracked };
        return kind switch
        {
            1 => message with { Delay = TimeSpan.FromSeconds(1 + (number / SpecialEach % 3)) },
            2 => message with { TimeToLive = BriefLife },
            3 => message with { TimeToLive = TimeSpan.FromHours(1) },
            5 => message with { StateKey = $"key{number / SpecialEach % StateKeys}" },
            9 when to.StartsWith("user:", StringComparison.Ordinal) => message with { AnyDevice = true },
            _ when NumbersSends && !isTracked && number % 4 != 0 => message with { Id = null, CorrelationId = id },
            _ => message,
        };
    }

    /// <summary>The user of a device or sender in the history.</summary>
    public static string UserOf(string name) => name[..name.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>What a message is known by in the history: a client chooses the id of those that it numbers.</summary>
    public static string IdOf(WsmqOutgoingMessage message) => message.Id ?? message.CorrelationId!;

    /// <summary>What a delivery is known by in the history.</summary>
    public static string IdOf(WsmqDelivery delivery) => delivery.CorrelationId ?? delivery.Id;

    /// <summary>The event of a send.</summary>
    public static HistoryEvent SendOf(WsmqOutgoingMessage message) => new()
    {
        Kind = EventKind.Send, Address = message.To, Id = IdOf(message), Key = message.Key, UniqueId = message.UniqueId, Delay = message.Delay?.TotalSeconds,
        Life = message.TimeToLive?.TotalSeconds, StateKey = message.StateKey, Type = message.Type == OtherType ? OtherType : null,
        AnyDevice = message.AnyDevice ? true : null, Track = message.Track ? true : null,
        Producer = message.Sequence?.Producer, Epoch = message.Sequence?.Epoch, Number = message.Sequence?.Number,
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
