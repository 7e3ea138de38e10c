using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Lifecycle;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Lifecycle;

/// <summary>The app uses wsmq before wsmq's own hosted service has started.</summary>
[Collection(SharedRedis.Name)]
public sealed class EarlyUseTests(SharedRedis redis) : IDisposable
{
    private const int Nowhere = 9;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Moment.StartingAsync, false, false)]
    [InlineData(Moment.StartAsync, false, false)]
    [InlineData(Moment.StartAsync, true, false)]
    [InlineData(Moment.StartAsync, false, true)]
    [InlineData(Moment.StartAsync, true, true)]
    [InlineData(Moment.StartedAsync, false, false)]
    [InlineData(Moment.InTheBackground, false, false)]
    [InlineData(Moment.InTheBackground, true, true)]
    public async Task All_services_called_before_the_start_wait_for_the_store(Moment moment, bool onRedis, bool concurrently)
    {
        var (app, done) = EarlyApp.Build(moment, UseAllAsync, s => Add(s, onRedis), concurrently);
        await using var _ = app;
        app.MapWsmq();

        await app.StartAsync();
        await done.WaitAsync(TimeSpan.FromSeconds(30));
        await app.StopAsync();
    }

    [Fact]
    public async Task Services_can_be_used_between_building_and_running_the_app()
    {
        var (app, _) = EarlyApp.Build(Moment.StartedAsync, (_, _) => Task.CompletedTask, s => Add(s, onRedis: false));
        await using var __ = app;
        app.MapWsmq();

        await UseAllAsync(app.Services, CancellationToken.None);

        await app.StartAsync();
        await app.StopAsync();
    }

    [Fact]
    public async Task Messages_before_the_start_are_stored_in_the_order_of_the_calls_and_before_later_ones()
    {
        const int Count = 500;
        var (app, _) = EarlyApp.Build(Moment.StartedAsync, (_, _) => Task.CompletedTask, s => Add(s, onRedis: true));
        await using var __ = app;
        app.MapWsmq();
        var publisher = app.Services.GetRequiredService<IWsmqPublisher>();

        var sends = Enumerable.Range(0, Count).Select(n => publisher.SendAsync(WsmqAddress.User("bob"), new Number(n))).ToList();
        await app.StartAsync();
        var receipts = await Task.WhenAll(sends);

        receipts.Select(r => r.Position).Should().BeInAscendingOrder(StringComparer.Ordinal).And.OnlyHaveUniqueItems();
        await app.StopAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_store_does_not_start_after_a_stop_or_disposal(bool disposed)
    {
        var file = _folder.File("never.db");
        var (app, _) = EarlyApp.Build(Moment.StartedAsync, (_, _) => Task.CompletedTask, s => s.AddWsmq().UseSqlite(file));
        await using var __ = app;
        var gate = app.Services.GetRequiredService<StartGate>();
        if (disposed)
            await app.DisposeAsync();
        else
            await gate.StopAsync();

        var late = await Record.ExceptionAsync(() => gate.WaitAsync(default).AsTask());

        late.Should().BeOfType<WsmqException>().Which.Error.Should().Be(WsmqErrors.Stopping);
        File.Exists(file).Should().BeFalse();
    }

    [Fact]
    public async Task A_store_that_cannot_start_is_named_to_waiting_callers_and_to_the_host()
    {
        var errors = new List<WsmqException>();
        var (app, _) = EarlyApp.Build(Moment.StartAsync, (_, _) => Task.CompletedTask, s => s.AddWsmq().UseRedis($"127.0.0.1:{Nowhere},connectTimeout=200"));
        await using var __ = app;
        app.MapWsmq();

        foreach (var use in Uses(app.Services, CancellationToken.None))
            errors.Add((await use.Invoking(u => u()).Should().ThrowAsync<WsmqException>()).Which);
        var start = () => app.StartAsync();

        errors.Should().OnlyContain(e => e.Error == WsmqErrors.StoreUnavailable && e.Message.Contains($"127.0.0.1:{Nowhere}", StringComparison.Ordinal));
        (await start.Should().ThrowAsync<InvalidOperationException>()).Which.Message.Should().Contain($"127.0.0.1:{Nowhere}");
    }

    [Fact]
    public async Task A_store_that_takes_too_long_to_start_is_named_after_SendTimeout()
    {
        await using var line = new TcpProxy(new Uri($"http://{redis.Server.EndPoint}"));
        line.Conditions.Hold(up: true, down: true);
        var (app, _) = EarlyApp.Build(Moment.StartAsync, (_, _) => Task.CompletedTask, s =>
        {
            s.AddWsmq(o => o.Publish.SendTimeout = TimeSpan.FromMilliseconds(200))
                .UseRedis($"127.0.0.1:{line.Port}", o => o.KeyPrefix = redis.NextPrefix());
        });
        await using var __ = app;
        app.MapWsmq();

        foreach (var use in Uses(app.Services, CancellationToken.None))
            (await use.Invoking(u => u()).Should().ThrowAsync<WsmqException>()).Which.Message.Should().Contain("had not started after WsmqOptions.Publish.SendTimeout");

        line.Conditions.Clear();
        await app.StartAsync();

        // Not at once: the timeout is short, and the store may take longer.
        await Eventually.That("all services can be used", async () => await Record.ExceptionAsync(() => UseAllAsync(app.Services, CancellationToken.None)) is null);
        await app.StopAsync();
    }

    [Fact]
    public async Task After_the_stop_the_publisher_throws_Stopping()
    {
        var (app, _) = EarlyApp.Build(Moment.StartAsync, (_, _) => Task.CompletedTask, s => Add(s, onRedis: false));
        await using var __ = app;
        app.MapWsmq();
        await app.StartAsync();
        await app.StopAsync();

        var send = () => app.Services.GetRequiredService<IWsmqPublisher>().SendAsync(WsmqAddress.User("bob"), new Number(1));

        (await send.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.Stopping);
    }

    private void Add(IServiceCollection services, bool onRedis)
    {
        var wsmq = services.AddWsmq();
        if (onRedis)
            wsmq.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = redis.NextPrefix());
        else
            wsmq.UseSqlite(_folder.File("wsmq.db"));
    }

    private static async Task UseAllAsync(IServiceProvider services, CancellationToken token)
    {
        foreach (var use in Uses(services, token))
            await use();
    }

    private static List<Func<Task>> Uses(IServiceProvider services, CancellationToken token)
    {
        var (publisher, groups) = (services.GetRequiredService<IWsmqPublisher>(), services.GetRequiredService<IWsmqGroups>());
        var (access, letters) = (services.GetRequiredService<IWsmqAccess>(), services.GetRequiredService<IWsmqDeadLetters>());
        return
        [
            () => publisher.SendAsync(WsmqAddress.User("bob"), new Number(1), token),
            () => groups.AddToGroupAsync("bob", "ops", token),
            () => groups.IsInGroupAsync("bob", "ops", token),
            () => groups.ListMembersAsync("ops", token),
            () => groups.ListGroupsAsync("bob", token),
            () => groups.RemoveFromGroupAsync("bob", "ops", token),
            () => letters.ListAsync("bob", cancellationToken: token),
            () => access.IsBannedAsync("bob", token),
            () => services.GetRequiredService<IWsmqDevices>().ListAsync("bob", token),
            () => services.GetRequiredService<IWsmqLogs>().FindAsync(WsmqAddress.User("bob"), cancellationToken: token),
            () => services.GetRequiredService<IWsmqDeadLetterRuns>().ListAsync(token),
            () => access.UnbanAsync("bob", token),
        ];
    }
}
