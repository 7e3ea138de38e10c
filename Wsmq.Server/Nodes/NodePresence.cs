using System.Text.Json;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Presence;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Nodes;

/// <summary>Registers this node, and answers the questions of all nodes.</summary>
internal sealed class NodePresence(
    IStore store, NodeReport report, UserReport users, PresenceSource presence, QueueDispatchers queues, TimeProvider time) : INodePart
{
    // Each node asks at most that often, so that a report serves all of them.
    private static readonly TimeSpan ReportLasts = TimeSpan.FromMilliseconds(500);
    private static readonly byte[] Unknown = Write(new NodeAnswer { Version = NodeQuestion.Current, Status = NodeAnswer.Unknown });

    private readonly Lock _lock = new();
    private byte[]? _report;
    private long _reportedAt;

    public Task StartAsync(CancellationToken cancellationToken) => store.Nodes.JoinAsync(Answer, cancellationToken);

    public Task StopAsync() => store.Nodes.LeaveAsync();

    /// <summary>Answers a question. One that comes from a newer node, or from another program, is answered as unknown.</summary>
    public ReadOnlyMemory<byte> Answer(ReadOnlyMemory<byte> question) =>
        question is { Length: > 0, Span: [PresenceQuestion.Kind, ..] } ? presence.Answer(question) ?? Unknown : AnswerOther(question);

    private ReadOnlyMemory<byte> AnswerOther(ReadOnlyMemory<byte> question) => Read(question) switch
    {
        { Kind: NodeQuestion.OfNode } => OwnReport(),
        { Kind: NodeQuestion.OfUser, User: { } user } => Write(users.Of(user)),
        { Kind: NodeQuestion.OfQueue, User: { } queue } => Write(new NodeAnswer
        {
            Version = NodeQuestion.Current, Status = NodeAnswer.Ok, Count = queues.HasWorkers(queue) ? 1 : 0,
        }),
        _ => Unknown,
    };

    private static NodeQuestion? Read(ReadOnlyMemory<byte> question)
    {
        try
        {
            var read = JsonSerializer.Deserialize(question.Span, NodesJson.Default.NodeQuestion);
            return read?.Version == NodeQuestion.Current ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[] Write(NodeAnswer answer) => JsonSerializer.SerializeToUtf8Bytes(answer, NodesJson.Relaxed.NodeAnswer);

    private byte[] OwnReport()
    {
        lock (_lock)
        {
            if (_report is null || time.GetElapsedTime(_reportedAt) >= ReportLasts)
            {
                _report = Write(new NodeAnswer { Version = NodeQuestion.Current, Status = NodeAnswer.Ok, Node = report.Make() });
                _reportedAt = time.GetTimestamp();
            }

            return _report;
        }
    }
}
