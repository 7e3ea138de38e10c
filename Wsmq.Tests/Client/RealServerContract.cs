using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <summary>The typed client against real nodes, on each store: two nodes where the store supports several.</summary>
public abstract partial class RealServerContract(NodeStore store) : NodesTest(store)
{
    private const string Bob = "user:bob";

    private protected TestNode A { get; private set; } = null!;

    /// <summary>The second node, or the same node where the store supports only one.</summary>
    private protected TestNode B { get; private set; } = null!;

    private protected async Task StartNodesAsync(Action<WsmqOptions>? options = null)
    {
        A = Keep(await TestNode.StartAsync(UseStore, options));
        B = ManyNodes ? Keep(await TestNode.StartAsync(UseStore, options)) : A;
    }

    private protected async Task<TypedClient> StartClientAsync(
        Uri hub, string user, Func<Number, Task>? handle = null, Action<WsmqClientOptions>? configure = null) =>
        Keep(await TypedClient.StartAsync(hub, user, handle, configure));

    private protected static Task PublishAsync(TestNode node, string to, IEnumerable<int> numbers) => node.Publisher.SendManyAsync(
        [.. numbers.Select(n => new WsmqOutgoingMessage { To = to, Type = nameof(Number), Body = WsmqJsonBody.From(new Number(n), JsonSerializerOptions.Web) })]);

    /// <summary>The acknowledged position as stored.</summary>
    private protected async Task<WsmqPosition> CursorAsync(string source, string user) => (await A.Services.GetRequiredService<IStore>().MessageLog
        .OpenCursorAsync(WsmqAddress.Parse(source), user, "default", CancellationToken.None)).Position;

    private protected Task CursorIsAsync(string source, string user, WsmqPosition position) =>
        Eventually.That($"{user} has acknowledged {source} up to {position}", async () => await CursorAsync(source, user) == position);

    private protected static IEnumerable<int> Numbers(int count) => Enumerable.Range(0, count);
}

public sealed class RealServerSqliteTests() : RealServerContract(NodeStore.Sqlite());

public sealed class RealServerRedisTests(SharedRedis redis) : RealServerContract(NodeStore.Of(redis)), IClassFixture<SharedRedis>;
