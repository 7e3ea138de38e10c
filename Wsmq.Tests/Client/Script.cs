using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>What the scripted hub does, and a record of the calls that it received.</summary>
public sealed class Script
{
    private readonly ConcurrentDictionary<string, HubCallerContext> _live = new();
    private readonly ConcurrentDictionary<string, WsmqReceipt> _receipts = new();
    private readonly ConcurrentQueue<WsmqOutgoingMessage> _stored = new();
    private int _streams;

    /// <summary>Tokens of all connection attempts, including refused ones; null where none was sent.</summary>
    public ConcurrentQueue<string?> Tokens { get; } = new();

    public ConcurrentQueue<string> Devices { get; } = new();

    /// <summary>The value of <c>batch</c> in the query of each connection.</summary>
    public ConcurrentQueue<string> Batches { get; } = new();

    /// <summary>The value of <c>state</c> in the query of each connection.</summary>
    public ConcurrentQueue<string> StateQueries { get; } = new();

    /// <summary>The number of messages in each item of a stream.</summary>
    public ConcurrentQueue<int> Items { get; } = new();

    /// <summary>The number of streams that were opened.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Answers the messages of a stream concurrently instead of one after another.</summary>
    public bool Parallel { get; set; }

    /// <summary>Called before an item of a stream is processed: false ends the stream, an exception ends it with an error.</summary>
    public Func<bool>? OnItem { get; set; }

    public ConcurrentQueue<WsmqOutgoingMessage> Sends { get; } = new();

    public ConcurrentQueue<(string Source, string Position)> Acks { get; } = new();

    public ConcurrentQueue<(string Source, string After)> Resumes { get; } = new();

    public ConcurrentQueue<(string Source, string Position, string? Reason)> Nacks { get; } = new();

    /// <summary>The calls with which the client asked for jobs.</summary>
    public ConcurrentQueue<(string Queue, int Credit)> Credits { get; } = new();

    /// <summary>The calls for jobs: the method, the position and the token.</summary>
    public ConcurrentQueue<(string Method, string Position, string Token)> JobCalls { get; } = new();

    /// <summary>The calls with which the client offered to answer requests.</summary>
    public ConcurrentQueue<(string? Address, string[]? Types, int Credit)> Offers { get; } = new();

    /// <summary>Answers a call that asks for jobs or offers to answer.</summary>
    public Func<Task> OnAsked { get; set; } = () => Task.CompletedTask;

    /// <summary>The calls that manage queues, and those of requests: the method and its arguments.</summary>
    public ConcurrentQueue<(string Method, object?[] Arguments)> QueueCalls { get; } = new();

    /// <summary>The calls of <c>MessageStatus</c>, and their answers.</summary>
    public ConcurrentQueue<(string To, string? Position, string? Id)> StatusCalls { get; } = new();

    public Func<string, string?, string?, WsmqMessageStatus?> OnStatus { get; set; } = (_, _, _) => null;

    /// <summary>The value of <c>hold</c> in the query of each connection.</summary>
    public ConcurrentQueue<string> Holds { get; } = new();

    /// <summary>The calls of <c>SetFilter</c>, <c>PauseReading</c>, <c>ResumeReading</c> and <c>BeginReading</c>.</summary>
    public ConcurrentQueue<string> Readings { get; } = new();

    /// <summary>Answers such a call.</summary>
    public Func<string, Task> OnReading { get; set; } = _ => Task.CompletedTask;

    public Task ReadAsync(string call)
    {
        Readings.Enqueue(call);
        return OnReading(call);
    }

    /// <summary>The calls of <c>WatchPresence</c> and <c>UnwatchPresence</c>.</summary>
    public ConcurrentQueue<string> Watched { get; } = new();

    public ConcurrentQueue<string> Unwatched { get; } = new();

    /// <summary>The calls of <c>SetPresence</c>.</summary>
    public ConcurrentQueue<(bool Away, string? Data)> PresenceSet { get; } = new();

    /// <summary>Answers a watch; the default is a group without members.</summary>
    public Func<string, IWsmqReceiver, Task<WsmqPresenceState>> OnWatch { get; set; } = (address, _) => Task.FromResult(
        new WsmqPresenceState { Address = WsmqAddress.Parse(address), Version = 1, Online = 0, Away = 0, Members = [] });

    /// <summary>Stored messages: each id once, in the order of arrival.</summary>
    public IReadOnlyCollection<WsmqOutgoingMessage> Stored => _stored;

    public int Connections => _live.Count;

    public int Accepted { get; private set; }

    /// <summary>Why each ended connection has ended; null where its client closed it.</summary>
    public ConcurrentQueue<Exception?> Ended { get; } = new();

    /// <summary>The HTTP status with which the next connection attempts are refused, or 0.</summary>
    public int Refuse { get; set; }

    /// <summary>Notifies a new connection that the store is available, which accepts it; false where the script does so.</summary>
    public bool LetsIn { get; set; } = true;

    /// <summary>Sends a new connection its deliveries and gaps, before anything else.</summary>
    public Func<IWsmqReceiver, Task> OnConnected { get; set; } = _ => Task.CompletedTask;

    /// <summary>Answers a send; the default stores it.</summary>
    public Func<WsmqOutgoingMessage, HubCallerContext, Task<WsmqReceipt>>? OnSend { get; set; }

    public Func<string, string, IWsmqReceiver, Task> OnResume { get; set; } = (_, _, _) => Task.CompletedTask;

    public Func<string, string, Task> OnAck { get; set; } = (_, _) => Task.CompletedTask;

    public Func<string, string, IWsmqReceiver, Task<int>> OnNack { get; set; } = (_, _, _) => Task.FromResult(1);

    /// <summary>Answers a call for a job.</summary>
    public Func<string, HubCallerContext, Task> OnJobCall { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Answers a call that manages queues.</summary>
    public Func<string, HubCallerContext, Task<object?>> OnQueueCall { get; set; } = (_, _) => throw new HubException("not scripted");

    public WsmqReceipt Store(WsmqOutgoingMessage message)
    {
        var receipt = new WsmqReceipt(message.Id!, Entry.At(_stored.Count + 1), false);
        if (!_receipts.TryAdd(message.Id!, receipt))
            return _receipts[message.Id!] with { Duplicate = true };
        _stored.Enqueue(message);
        return receipt;
    }

    public string? LastAck(string source) => Acks.Where(a => a.Source == source).Select(a => a.Position).LastOrDefault();

    /// <summary>A client reports itself connected before the hub has registered it: waits until there is a connection to abort.</summary>
    public async Task AbortAllAsync()
    {
        await Eventually.That("a client is connected", () => !_live.IsEmpty);
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

    public void Gone(HubCallerContext context, Exception? reason)
    {
        Ended.Enqueue(reason);
        _live.TryRemove(context.ConnectionId, out _);
    }
}
