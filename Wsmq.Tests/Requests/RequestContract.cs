using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Requests;

/// <summary>Requests and replies of plain clients on every store: over two nodes where the store supports several.</summary>
public abstract partial class RequestContract(NodeStore store) : NodesTest(store)
{
    // Longer than any test takes: what fails within it was not a time-out.
    private const int Long = 120_000;

    private protected TestNode A { get; private set; } = null!;

    /// <summary>The second node, or the same one where the store supports only one.</summary>
    private protected TestNode B { get; private set; } = null!;

    private async Task StartAsync(Action<WsmqOptions>? options = null)
    {
        A = Keep(await TestNode.StartAsync(Store, Configure, Authorize));
        B = ManyNodes ? Keep(await TestNode.StartAsync(Store, Configure, Authorize)) : A;

        // A node that is busy is not one that is not there.
        void Configure(WsmqOptions o)
        {
            o.Nodes.AnswerTimeout = TimeSpan.FromSeconds(30);
            options?.Invoke(o);
        }

        void Store(WsmqBuilder builder)
        {
            UseStore(builder);
            builder.AddQueue("thumbs");
        }

        static void Authorize(Microsoft.AspNetCore.Builder.WebApplicationBuilder builder) =>
            builder.Services.AddSingleton<IWsmqAuthorizer, EverybodyWorks>();
    }

    private async Task<Responder> ConnectAsync(TestNode node, string user) => Keep(await Responder.ConnectAsync(node, user));

    private static Task<WsmqReply> AskAsync(Responder from, object message, int timeout = Long) =>
        from.Connection.InvokeAsync<WsmqReply>("Request", message, timeout);

    private static Task<WsmqReply> AskAsync(Responder from, string to, string type = "question", int timeout = Long, string? id = null) =>
        AskAsync(from, new { to, id, type, body = new { n = 1 } }, timeout);

    private static async Task FailsAsync(Task<WsmqReply> request, WsmqError error, string? detail = null)
    {
        var thrown = (await request.Invoking(r => r).Should().ThrowAsync<HubException>()).Which;
        WsmqError.Find(thrown.Message).Should().Be(error, thrown.Message);
        if (detail is not null)
            thrown.Message.Should().EndWith($"({detail})");
    }

    private async Task NothingIsStoredAsync(string address)
    {
        var state = await A.Services.GetRequiredService<IStore>().MessageLog.StatesAsync([WsmqAddress.Parse(address)], CancellationToken.None);
        (state[0]?.Tail ?? WsmqPosition.Start).Should().Be(WsmqPosition.Start);
    }
}

internal sealed class EverybodyWorks(IWsmqGroups groups) : IWsmqAuthorizer
{
    public async ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) =>
        to.Kind != WsmqAddressKind.Group || await groups.IsInGroupAsync(caller.UserId, to.Name, cancellationToken);

    public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(source.Name != "closed");

    public ValueTask<bool> CanWorkAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(true);
}

public sealed class RequestSqliteTests() : RequestContract(NodeStore.Sqlite());

[Collection(SharedRedis.Name)]
public sealed class RequestRedisTests(SharedRedis redis) : RequestContract(NodeStore.Of(redis));

[Collection(SharedCluster.Name)]
public sealed class RequestClusterTests(SharedCluster cluster) : RequestContract(NodeStore.Of(cluster));
