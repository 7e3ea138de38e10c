using Microsoft.Extensions.Options;
using Wsmq.Server.Authorization;
using Wsmq.Server.Lifecycle;

namespace Wsmq.Server.Nodes;

internal sealed class WsmqNodes(NodeQuestions questions, StartGate start, IOptions<WsmqOptions> options) : IWsmqNodes
{
    private const int MostConnections = 1_000;

    public async Task<WsmqNodeList> ListAsync(CancellationToken cancellationToken = default)
    {
        await start.WaitAsync(cancellationToken);
        var result = await questions.AskAsync(NodeQuestion.OfNode, null, cancellationToken);
        return new WsmqNodeList
        {
            Nodes = [.. result.Answers.Select(a => a.Node).OfType<WsmqNode>()
                .OrderBy(n => n.Name, StringComparer.Ordinal).ThenBy(n => n.Id, StringComparer.Ordinal)],
            Missing = result.Missing, IsComplete = result.IsComplete,
        };
    }

    public async Task<WsmqUserConnections> ConnectionsAsync(string userId, CancellationToken cancellationToken = default)
    {
        var user = options.Value.Access.Judge(WsmqAddress.User(userId)).Name;
        await start.WaitAsync(cancellationToken);
        var result = await questions.AskAsync(NodeQuestion.OfUser, user, cancellationToken);
        return new WsmqUserConnections
        {
            Connections = [.. result.Answers.SelectMany(a => a.Connections ?? [])
                .OrderByDescending(c => c.ConnectedAt).Take(MostConnections)],
            Count = result.Answers.Sum(a => a.Count), Missing = result.Missing, IsComplete = result.IsComplete,
        };
    }
}
