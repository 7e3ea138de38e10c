using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Nodes;

/// <summary>
/// Asks all nodes. One question of a kind is in flight at a time; callers with the same question share it, and for a short time its answer.
/// </summary>
internal sealed class NodeQuestions(
    IStore store, NodePresence presence, IOptions<WsmqOptions> options, TimeProvider time, ILogger<NodeQuestions> logger) : IDisposable
{
    // Different questions of a kind that wait for their turn. Without answers each takes a timeout.
    private const int MostWaiting = 64;

    // Answers that are kept for other callers.
    private const int MostKept = 64;
    private static readonly TimeSpan AnswerLasts = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Kind, string? User), Shared> _shared = [];
    private readonly Dictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal)
    {
        [NodeQuestion.OfNode] = new(1), [NodeQuestion.OfUser] = new(1), [NodeQuestion.OfQueue] = new(1),
    };

    private IReadOnlyList<string> _known = [];

    /// <summary>Asks all nodes, or shares what another caller has asked.</summary>
    /// <exception cref="WsmqException"><c>server-busy</c>: too many other questions of the kind wait. <c>store-corrupt</c>.</exception>
    public async Task<NodeResult> AskAsync(string kind, string? user, CancellationToken cancellationToken)
    {
        Task<NodeResult> answer;
        lock (_lock)
        {
            Forget();
            if (!_shared.TryGetValue((kind, user), out var shared))
            {
                if (_shared.Count(s => s.Key.Kind == kind && !s.Value.Answer.IsCompleted) >= MostWaiting)
                    throw new WsmqException(WsmqErrors.ServerBusy, "too many questions to all nodes wait");
                _shared.Add((kind, user), shared = new Shared());
                shared.Answer = Task.Run(() => AskInTurnAsync(kind, user, shared));
            }

            answer = shared.Answer;
        }

        return await answer.WaitAsync(cancellationToken);
    }

    /// <summary>Whether a node has a worker of a queue.</summary>
    /// <exception cref="WsmqException"><c>server-busy</c>, <c>store-corrupt</c>; <c>store-unavailable</c>: it is not known.</exception>
    public async Task<bool> HasWorkersAsync(WsmqAddress queue, CancellationToken cancellationToken)
    {
        var result = await AskAsync(NodeQuestion.OfQueue, queue.Name, cancellationToken);
        if (result.Answers.Any(a => a.Count > 0))
            return true;
        return result.StoreAnswered ? false : throw new WsmqException(WsmqErrors.StoreUnavailable, "the other nodes could not be asked");
    }

    public void Dispose()
    {
        foreach (var turn in _turns.Values)
            turn.Dispose();
    }

    // Called inside the lock.
    private void Forget()
    {
        var ended = _shared.Where(s => s.Value.Answer.IsCompleted).ToArray();
        foreach (var (key, old) in ended)
        {
            if (ended.Length > MostKept || old.IsOver(time))
                _shared.Remove(key);
        }
    }

    // The caller that asked first may be gone: no token.
    private async Task<NodeResult> AskInTurnAsync(string kind, string? user, Shared shared)
    {
        await _turns[kind].WaitAsync();
        try
        {
            return await AskAllAsync(JsonSerializer.SerializeToUtf8Bytes(
                new NodeQuestion { Version = NodeQuestion.Current, Kind = kind, User = user }, NodesJson.Relaxed.NodeQuestion));
        }
        finally
        {
            shared.EndedAt = Math.Max(1, time.GetTimestamp());
            _turns[kind].Release();
        }
    }

    private async Task<NodeResult> AskAllAsync(byte[] question)
    {
        try
        {
            var replies = await store.Nodes.AskAsync(question, options.Value.Nodes.AnswerTimeout, CancellationToken.None);
            var read = replies.Answers.Select(a => (Node: a.Key, Answer: Read(a.Key, a.Value))).ToList();
            var unreadable = read.Where(r => r.Answer is null).Select(r => r.Node);
            string[] missing = [.. replies.Missing.Concat(unreadable).Order(StringComparer.Ordinal)];
            Volatile.Write(ref _known, [.. replies.Answers.Keys.Concat(replies.Missing).Where(n => n != store.Nodes.Self)]);
            return new NodeResult([.. read.Select(r => r.Answer).OfType<NodeAnswer>()], missing, missing.Length == 0, StoreAnswered: true);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreUnavailable)
        {
            // An operator needs to see the outage, and this node needs no store to describe itself.
            var own = Read(store.Nodes.Self, presence.Answer(question));
            return new NodeResult(own is null ? [] : [own], Volatile.Read(ref _known), false, StoreAnswered: false);
        }
    }

    // Another program may write under the prefix, and a node of another version may answer otherwise.
    private NodeAnswer? Read(string node, ReadOnlyMemory<byte> answer)
    {
        try
        {
            var read = JsonSerializer.Deserialize(answer.Span, NodesJson.Default.NodeAnswer);
            if (read is { Version: NodeQuestion.Current, Status: NodeAnswer.Ok } && (read.Node?.Id ?? node) == node)
                return read;
            if (read?.Status != NodeAnswer.Unknown)
                Log.AnswerUnreadable(logger, null, node);
        }
        catch (JsonException e)
        {
            Log.AnswerUnreadable(logger, e, node);
        }

        return null;
    }

    private sealed class Shared
    {
        private long _endedAt;

        public Task<NodeResult> Answer { get; set; } = null!;

        public long EndedAt
        {
            set => Volatile.Write(ref _endedAt, value);
        }

        public bool IsOver(TimeProvider time) =>
            Volatile.Read(ref _endedAt) is not 0 and var ended && time.GetElapsedTime(ended) >= AnswerLasts;
    }
}

/// <summary>What the nodes answered.</summary>
/// <param name="Answers">The answers.</param>
/// <param name="Missing">The registered nodes without one.</param>
/// <param name="IsComplete">Whether the store could be asked and none is missing.</param>
/// <param name="StoreAnswered">Whether the store could be asked.</param>
internal sealed record NodeResult(IReadOnlyList<NodeAnswer> Answers, IReadOnlyList<string> Missing, bool IsComplete, bool StoreAnswered);
