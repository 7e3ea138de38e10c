using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>
/// Answers the questions of other nodes. The answer goes into a key and not into a message: large messages would overflow the buffer that
/// Redis has for the subscriptions of the node that asks, which carry the signals of deliveries as well.
/// </summary>
internal sealed class NodeAnswers(RedisConnections connections, RedisLanes lanes, TimeSpan kept, ILogger logger)
    : CoalescingWorker<NodeMessage>
{
    // Each node has at most one question of each kind in flight. More than this comes from another program.
    private const int MostAtATime = 256;

    private Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? _answer;

    public void Begin(Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> answer) => Volatile.Write(ref _answer, answer);

    public void End() => Volatile.Write(ref _answer, null);

    public void Enqueue(NodeMessage question)
    {
        if (Volatile.Read(ref _answer) is not null)
            Add(question);
    }

    /// <summary>This node's answer to its own question; null if it has not joined.</summary>
    public ReadOnlyMemory<byte>? Own(ReadOnlyMemory<byte> question) => Volatile.Read(ref _answer)?.Invoke(question);

    protected override Task RunAsync(List<NodeMessage> items) => Task.WhenAll(items.Take(MostAtATime).Select(AnswerAsync));

    private async Task AnswerAsync(NodeMessage question)
    {
        try
        {
            if (Own(question.Content) is not { Length: <= INodeStore.MaxAnswerBytes } answer)
                return;
            var keys = lanes[0].Keys;
            await connections.EvaluateAsync(
                RedisScript.NodesAnswer, [keys.AnswersTo(question.Question)],
                [
                    lanes.Node, answer, kept.WholeMilliseconds(), lanes.PublishCommand, keys.NodeChannels + question.Asker,
                    NodeMessage.Answered(question.Question, lanes.Node),
                ],
                CancellationToken.None);
        }
        catch (Exception e)
        {
            // The node that asks counts this one as missing.
            Log.AnswerFailed(logger, e);
        }
    }
}
