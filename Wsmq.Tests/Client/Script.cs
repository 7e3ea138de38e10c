using Wsmq.Tests.Support;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>What the scripted hub is to do, and what was asked of it.</summary>
public sealed class Script
{
    private readonly ConcurrentDictionary<string, HubCallerContext> _live = new();
    private readonly ConcurrentDictionary<string, WsmqReceipt> _receipts = new();
    private readonly ConcurrentQueue<WsmqOutgoingMessage> _stored = new();
    private int _streams;

    /// <summary>Tokens of all attempts to connect, refused ones included; null where there was none.</summary>
    public ConcurrentQueue<string?> Tokens { get; } = new();

    public ConcurrentQueue<string> Devices { get; } = new();

    /// <summary>What each connection asked for with <c>batch</c>.</summary>
    public ConcurrentQueue<string> Batches { get; } = new();

    /// <summary>How many messages each item of a stream carried.</summary>
    public ConcurrentQueue<int> Items { get; } = new();

    /// <summary>How many streams were opened.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Answers the messages of a stream at the same time, and not one after the other.</summary>
    public bool Parallel { get; set; }

    /// <summary>Called before an item of a stream is looked at: false ends the stream, and what it throws does so with an error.</summary>
    public Func<bool>? OnItem { get; set; }

    public ConcurrentQueue<WsmqOutgoingMessage> Sends { get; } = new();

    public ConcurrentQueue<(string Source, string Position)> Acks { get; } = new();

    public ConcurrentQueue<(string Source, string After)> Resumes { get; } = new();

    public ConcurrentQueue<(string Source, string Position, string? Reason)> Fails { get; } = new();

    /// <summary>What was stored: each id once, in the order of arrival.</summary>
    public IReadOnlyCollection<WsmqOutgoingMessage> Stored => _stored;

    public int Connections => _live.Count;

    public int Accepted { get; private set; }

    /// <summary>An HTTP status to answer the next connects with, or 0.</summary>
    public int Refuse { get; set; }

    /// <summary>Tells a new connection that it was let in and that the store is there; false where the script says what there is to say.</summary>
    public bool LetsIn { get; set; } = true;

    /// <summary>Deliveries and gaps that a new connection gets, before anything else.</summary>
    public Func<IWsmqReceiver, Task> OnConnected { get; set; } = _ => Task.CompletedTask;

    /// <summary>Answers a send; the default stores it.</summary>
    public Func<WsmqOutgoingMessage, HubCallerContext, Task<WsmqReceipt>>? OnSend { get; set; }

    public Func<string, string, IWsmqReceiver, Task> OnResume { get; set; } = (_, _, _) => Task.CompletedTask;

    public Func<string, string, Task> OnAck { get; set; } = (_, _) => Task.CompletedTask;

    public Func<string, string, IWsmqReceiver, Task<int>> OnFail { get; set; } = (_, _, _) => Task.FromResult(1);

    public WsmqReceipt Store(WsmqOutgoingMessage message)
    {
        var receipt = new WsmqReceipt(message.Id!, Entry.At(_stored.Count + 1), false);
        if (!_receipts.TryAdd(message.Id!, receipt))
            return _receipts[message.Id!] with { Duplicate = true };
        _stored.Enqueue(message);
        return receipt;
    }

    public string? LastAck(string source) => Acks.Where(a => a.Source == source).Select(a => a.Position).LastOrDefault();

    /// <summary>A client counts itself as connected before the hub has heard of it: there is something to abort only then.</summary>
    public async Task AbortAllAsync()
    {
        await Eventually.That("somebody is connected", () => !_live.IsEmpty);
        AbortAll();
    }

    public void AbortAll()
    {
        foreach (var context in _live.Values)
            context.Abort();
    }

    public void BeginStream() => Interlocked.Increment(ref _streams);

    public void Entered(HubCallerContext context)
    {
        _live[context.ConnectionId] = context;
        Accepted++;
    }

    public void Gone(HubCallerContext context) => _live.TryRemove(context.ConnectionId, out _);
}
