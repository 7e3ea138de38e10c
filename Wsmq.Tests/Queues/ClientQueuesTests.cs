using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Queues;

/// <summary>The same over the connection of a .NET client, for users whom the authorizer allows it.</summary>
public sealed class ClientQueuesTests : WsmqQueuesContract, IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private WsmqClient? _manager;

    [Fact]
    public async Task A_user_who_may_not_manage_a_queue_is_refused_and_sees_no_queue()
    {
        await using var node = await StartAsync();
        await using var eve = Client(node, "eve");
        var sent = await SendAsync(node, "1", m => m with { UniqueId = "u" });
        Func<Task>[] calls =
        [
            () => eve.Queues.InfoAsync(Name), () => eve.Queues.CancelAsync(Name, sent), () => eve.Queues.CancelAsync(Name, "u"),
            () => eve.Queues.PurgeAsync(Name), () => eve.Queues.PauseAsync(Name),
        ];

        foreach (var call in calls)
            (await call.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.ManageNotAllowed);
        (await eve.Queues.ListAsync()).Should().BeEmpty();
        (await Queues(node).InfoAsync(Name)).Ready.Should().Be(1);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_manager is not null)
            await _manager.DisposeAsync();
        _folder.Dispose();
    }

    private protected override void UseStore(WsmqBuilder builder)
    {
        builder.UseSqlite(_folder.File("wsmq.db"));
        builder.Services.AddSingleton<IWsmqAuthorizer>(new Managers());
    }

    private protected override IWsmqQueues Queues(TestNode node) => (_manager ??= Client(node, "manager")).Queues;

    private static WsmqClient Client(TestNode node, string user) =>
        new(node.Hub, o => o.AccessTokenProvider = _ => Task.FromResult<string?>(TestTokens.For(user))) { StartsWithFirstCall = true };

    private sealed class Managers : IWsmqAuthorizer
    {
        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(false);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanManageQueueAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(caller.UserId == "manager");
    }
}
