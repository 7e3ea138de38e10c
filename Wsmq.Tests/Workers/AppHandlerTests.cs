using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Workers;

/// <summary>Handlers of the app and their services; the store makes no difference to them.</summary>
public sealed class AppHandlerTests : IDisposable
{
    private static readonly WsmqAddress Queue = WsmqAddress.Work("thumbnails");

    private readonly TempFolder _folder = new();
    private readonly Record _record = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_job_has_a_handler_and_a_scope_of_its_own_that_is_disposed_after_it()
    {
        await using var node = await StartAsync();
        for (var i = 0; i < 5; i++)
            await node.Publisher.SendAsync(Queue, new Resize($"{i}"));

        await Eventually.That("all scopes are disposed", () => _record.Disposed.Count == 5);
        _record.Handlers.Should().OnlyHaveUniqueItems().And.HaveCount(5);
        _record.Disposed.Should().BeEquivalentTo(_record.Scopes).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_scope_whose_disposal_fails_leaves_the_job_completed()
    {
        await using var node = await StartAsync();
        _record.DisposalFails = true;
        await node.Publisher.SendAsync(Queue, new Resize("1"));

        await Eventually.That("the job is done", async () =>
            (await node.Services.GetRequiredService<IStore>().Jobs.InfoAsync(Queue, default)).Totals.Completed == 1);
        _record.Handlers.Should().ContainSingle();
    }

    private Task<TestNode> StartAsync() => TestNode.StartAsync(builder =>
    {
        builder.UseSqlite(_folder.File("wsmq.db"));
        builder.Services.AddSingleton(_record);
        builder.Services.AddScoped<Scope>();
        builder.AddWorker<Resize, Handler>(Queue.Name);
    });

    internal sealed class Record
    {
        public ConcurrentBag<object> Handlers { get; } = [];

        public ConcurrentBag<object> Scopes { get; } = [];

        public ConcurrentBag<object> Disposed { get; } = [];

        public bool DisposalFails { get; set; }
    }

    internal sealed class Scope(Record record) : IDisposable
    {
        public void Dispose()
        {
            record.Disposed.Add(this);
            if (record.DisposalFails)
                throw new InvalidOperationException("disposal");
        }
    }

    internal sealed class Handler(Record record, Scope scope) : IWsmqJobHandler<Resize>
    {
        public Task HandleAsync(WsmqJob<Resize> job, CancellationToken cancellationToken)
        {
            record.Handlers.Add(this);
            record.Scopes.Add(scope);
            return Task.CompletedTask;
        }
    }
}
