using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Publishing;

/// <summary>What the app demands when it sends a job; one derived class for each store.</summary>
public abstract class JobSendContract
{
    private static readonly WsmqAddress Queue = WsmqAddress.Work("thumbnails");

    /// <summary>Selects the store.</summary>
    private protected abstract void UseStore(WsmqBuilder builder);

    [Fact]
    public async Task A_send_to_a_queue_that_is_not_declared_is_refused_and_states_how_many_are()
    {
        await using var node = await StartAsync();
        var send = () => node.Publisher.SendAsync(WsmqAddress.Work("thumbnials"), "1");

        var refusal = (await send.Should().ThrowAsync<WsmqException>()).Which;
        refusal.Error.Should().Be(WsmqErrors.UnknownQueue);
        refusal.Message.Should().Contain("1 are declared");
    }

    [Fact]
    public async Task What_a_sender_demands_is_checked_and_passed_on()
    {
        await using var node = await StartAsync();
        Task<WsmqReceipt> Send(WsmqSendOptions options) => node.Publisher.SendAsync(Queue, "1", options);

        var first = await Send(new WsmqSendOptions { UniqueId = "u", Key = "k", Priority = WsmqJobPriority.High, Delay = TimeSpan.FromHours(1), TimeToLive = TimeSpan.FromDays(1) });
        var second = await Send(new WsmqSendOptions { UniqueId = "u" });
        await Send(new WsmqSendOptions { NotBefore = DateTimeOffset.UtcNow.AddDays(-1) });
        await Refused(WsmqErrors.QueueFull, new WsmqSendOptions());
        foreach (var options in new WsmqSendOptions[]
        {
            new() { Delay = TimeSpan.FromDays(401) }, new() { Delay = TimeSpan.FromTicks(-1) }, new() { NotBefore = DateTimeOffset.UtcNow.AddDays(402) },
            new() { TimeToLive = TimeSpan.Zero }, new() { Key = "" }, new() { UniqueId = new string('x', 129) }, new() { Key = "a\0b" }, new() { Priority = (WsmqJobPriority)7 },
        })
        {
            await Refused(WsmqErrors.InvalidMessage, options);
        }

        (second.Duplicate, second.UniqueIdTaken, second.Position).Should().Be((true, true, first.Position));
        var stored = (await node.Services.GetRequiredService<IStore>().Jobs.ListAsync(Queue, JobState.Delayed, 0, 9, withContent: false, default)).Single();
        (stored.Key, stored.Unique, stored.Priority, stored.Ends > 0).Should().Be(("k", "u", JobPriority.High, true));

        var toUser = () => node.Publisher.SendAsync(WsmqAddress.User("bob"), "1", new WsmqSendOptions { Key = "k" });
        (await toUser.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.InvalidMessage);

        async Task Refused(WsmqError error, WsmqSendOptions options) =>
            (await FluentActions.Awaiting(() => Send(options)).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(error);
    }

    private Task<TestNode> StartAsync() => TestNode.StartAsync(builder =>
    {
        UseStore(builder);
        builder.AddQueue(Queue.Name, q => q.MaxWaiting = 2);
    });
}

public sealed class SqliteJobSendTests : JobSendContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisJobSendTests(SharedRedis redis) : JobSendContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}
