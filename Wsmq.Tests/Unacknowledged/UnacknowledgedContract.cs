using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Unacknowledged;

/// <summary>
/// The hook for messages that no device of a user has acknowledged, on every store: over two nodes where the store supports several.
/// </summary>
public abstract partial class UnacknowledgedContract(NodeStore store) : NodesTest(store)
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    // Enough for a burst, and for acks, on a busy machine.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(3);

    private HookCalls Calls { get; } = new();

    // The second node is there to take what is due, or to leave it to the first one.
    private async Task<TestNode> StartAsync(Action<WsmqOptions>? options = null)
    {
        var node = await StartOneAsync(options, Calls);
        if (ManyNodes)
            await StartOneAsync(options, Calls);
        return node;
    }

    private async Task<TestNode> StartOneAsync(Action<WsmqOptions>? options, HookCalls calls) => Keep(await TestNode.StartAsync(
        builder =>
        {
            UseStore(builder);
            builder.OnUnacknowledged<RecordingHook>();
        },
        o =>
        {
            (o.Unacknowledged.After, o.Unacknowledged.Gather) = (Soon, Soon);
            options?.Invoke(o);
        },
        builder => builder.Services.AddSingleton(calls).AddScoped<HookScope>()));

    private async Task<PlainClient> ConnectAsync(TestNode node, string user, string? device = null, bool ack = true) =>
        Keep(await PlainClient.ConnectAsync(node, user, device, ack));

    private static WsmqOutgoingMessage Message(string to, string id) => new() { To = to, Id = id, Type = "test", Body = WsmqJsonBody.Parse("1") };

    private static async Task SendAsync(TestNode node, params IEnumerable<WsmqOutgoingMessage> messages) =>
        (await node.Publisher.SendManyAsync([.. messages])).Should().OnlyContain(r => r.Receipt != null);

    // A user who is told of last, after the others would have been.
    private async Task AllAreToldAsync(TestNode node, params string[] expected)
    {
        await SendAsync(node, Message("user:last", "last"));

        // Calls that are made together are recorded in any order.
        await Eventually.That("the last one is told of", () => Calls.Ids.Contains("last: last") && Calls.Ids.Count() > expected.Length);
        Calls.Ids.Where(c => c != "last: last").Order(StringComparer.Ordinal).Should().Equal(expected.Order(StringComparer.Ordinal));
    }
}

public sealed class UnacknowledgedSqliteTests() : UnacknowledgedContract(NodeStore.Sqlite());

[Collection(SharedRedis.Name)]
public sealed class UnacknowledgedRedisTests(SharedRedis redis) : UnacknowledgedContract(NodeStore.Of(redis));

[Collection(SharedCluster.Name)]
public sealed class UnacknowledgedClusterTests(SharedCluster cluster) : UnacknowledgedContract(NodeStore.Of(cluster));
