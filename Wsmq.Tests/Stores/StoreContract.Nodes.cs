using System.Text;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

public abstract partial class StoreContract
{
    private static readonly TimeSpan NodeTimeout = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_node_that_has_joined_answers_its_own_questions_until_it_leaves()
    {
        await using var h = await CreateAsync();
        var nodes = h.Store.Nodes;
        (await AskAsync(nodes)).Answers.Should().BeEmpty("it has not joined");

        await nodes.JoinAsync(q => (byte[])[.. q.Span, (byte)'!'], default);
        var joined = await AskAsync(nodes);
        await nodes.LeaveAsync();
        var left = await AskAsync(nodes);

        joined.Answers.Keys.Should().Equal(nodes.Self);
        Encoding.UTF8.GetString(joined.Answers[nodes.Self].Span).Should().Be("who?!");
        (joined.Missing.Count, left.Missing.Count, left.Answers.Count).Should().Be((0, 0, 0));
    }

    [Fact]
    public async Task A_node_that_starts_again_is_another_one()
    {
        await using var h = await CreateAsync();
        var before = h.Store.Nodes.Self;
        await h.RestartAsync();
        h.Store.Nodes.Self.Should().HaveLength(NodeIds.Length).And.NotBe(before);
    }

    private static Task<NodeReplies> AskAsync(INodeStore nodes) => nodes.AskAsync("who?"u8.ToArray(), NodeTimeout, default);
}
