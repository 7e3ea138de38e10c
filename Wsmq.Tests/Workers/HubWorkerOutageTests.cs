using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Workers;

/// <summary>The calls of workers that use SignalR alone while the store is away.</summary>
public sealed class HubWorkerOutageTests
{
    private const string Queue = "work:thumbnails";
    private const string Other = "work:other";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_whose_completion_the_store_does_not_answer_still_counts_against_the_credit_of_its_connection(bool many)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await TestNode.StartAsync(
            b => b.UseRedis(redis.EndPoint).AddQueue("thumbnails", q => q.Lease = TimeSpan.FromMinutes(10)).AddQueue("other")
                .Services.AddSingleton<IWsmqAuthorizer>(new WorkersOnly()),
            o => o.Delivery.MaxInFlightMessagesPerConnection = 10);
        await using var worker = PlainClient.Create(node.Hub, TestTokens.For(WorkersOnly.Worker));
        var jobs = new ConcurrentQueue<WsmqJobDelivery>();
        worker.Connection.On<WsmqJobDelivery>("Job", jobs.Enqueue);
        await worker.Connection.StartAsync();
        await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = Queue, Body = WsmqJsonBody.Parse("1") });
        await AskAsync(worker, Queue, 1);
        await Eventually.That("the job is given", () => jobs.Count == 1);
        await AskAsync(worker, Queue, 0);
        var before = await AskAsync(worker, Other, 10);
        await redis.StopAsync();

        var error = await CompleteAsync(worker, jobs.First(), many);

        WsmqError.Find(error).Should().Be(WsmqErrors.StoreUnavailable);
        (before, await AskAsync(worker, Other, 10)).Should().Be((9, 9), "the job may still be held");

        // A node stops sooner with its store.
        await redis.RestartAsync();
    }

    private static async Task<int> AskAsync(PlainClient worker, string queue, int credit) =>
        (await worker.Connection.InvokeAsync<WsmqWorkGrant>("Work", queue, credit)).Credit;

    private static async Task<string?> CompleteAsync(PlainClient worker, WsmqJobDelivery job, bool many)
    {
        var (position, token) = (job.Message.Position!, job.Token!);
        if (many)
        {
            WsmqJobLease[] leases = [new(position, token)];
            return (await worker.Connection.InvokeAsync<string?[]>("CompleteMany", Queue, leases)).Single();
        }

        var call = FluentActions.Awaiting(() => worker.Connection.InvokeAsync("Complete", Queue, position, token));
        return (await call.Should().ThrowAsync<HubException>()).Which.Message;
    }
}
