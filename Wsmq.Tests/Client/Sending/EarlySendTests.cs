using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wsmq.Tests.Lifecycle;

namespace Wsmq.Tests.Client;

/// <summary>Sends before the client has started.</summary>
public sealed class EarlySendTests : ClientTest
{
    private TimeSpan _timeout = TimeSpan.FromSeconds(30);

    private protected override void Configure(WsmqClientOptions options) => options.SendTimeout = _timeout;

    [Theory]
    [InlineData(Moment.StartingAsync, false)]
    [InlineData(Moment.StartAsync, false)]
    [InlineData(Moment.StartAsync, true)]
    [InlineData(Moment.StartedAsync, false)]
    [InlineData(Moment.InTheBackground, false)]
    [InlineData(Moment.InTheBackground, true)]
    public async Task A_hosted_service_that_starts_before_the_client_can_await_a_send(Moment moment, bool concurrently)
    {
        var (app, done) = EarlyApp.Build(
            moment, (p, ct) => p.GetRequiredService<WsmqClient>().SendAsync(Chat("early"), ct), s => s.AddWsmqClient(Server.Url), concurrently);
        await using var _ = app;

        await app.StartAsync();
        await done.WaitAsync(TimeSpan.FromSeconds(30));
        await app.StopAsync();

        Script.Stored.Should().ContainSingle();
        Script.Accepted.Should().Be(1);
    }

    [Fact]
    public async Task A_send_right_after_the_host_start_waits_for_the_connection()
    {
        for (var round = 1; round <= 20; round++)
        {
            var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddWsmqClient(Server.Url);
            using var host = builder.Build();
            await host.StartAsync();
            await host.Services.GetRequiredService<WsmqClient>().SendAsync(Chat("now"));
            await host.StopAsync();
        }

        Script.Stored.Should().HaveCount(20);
    }

    [Fact]
    public async Task Sends_before_the_start_are_sent_in_the_order_of_the_calls_once_the_client_starts()
    {
        var first = Client.SendAsync(Chat("1"));
        var many = Client.SendManyAsync([Chat("2"), Chat("3", "user:carol"), Chat("4")]);
        var last = Client.SendAsync(Chat("5"));
        first.IsCompleted.Should().BeFalse();
        await Client.StartAsync();

        await Task.WhenAll(first, many, last);

        Script.Stored.Where(m => m.To == "user:bob").Select(m => m.Body.ToString()).Should().Equal("\"1\"", "\"2\"", "\"4\"", "\"5\"");
    }

    [Fact]
    public async Task A_send_on_a_client_that_is_never_started_fails_after_SendTimeout_and_names_StartAsync()
    {
        _timeout = TimeSpan.FromMilliseconds(100);
        await using var client = NewClient(Server.Url);
        var send = () => client.SendAsync(Chat("hi"));

        var error = (await send.Should().ThrowAsync<WsmqException>()).Which;

        error.Error.Should().Be(WsmqErrors.ClientClosed);
        error.Message.Should().Contain("StartAsync was not called").And.Contain("SendTimeout");
        Script.Accepted.Should().Be(0);
    }

    [Fact]
    public async Task A_send_cancelled_before_the_start_is_not_sent()
    {
        using var cancel = new CancellationTokenSource();
        var send = Client.SendAsync(Chat("never"), cancel.Token);
        await cancel.CancelAsync();
        await send.Invoking(s => s).Should().ThrowAsync<OperationCanceledException>();

        await Client.StartAsync();
        await Client.SendAsync(Chat("hi"));

        Script.Stored.Select(m => m.Body.ToString()).Should().Equal("\"hi\"");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stop_or_disposal_fails_sends_that_wait_for_the_start(bool dispose)
    {
        var send = Client.SendAsync(Chat("hi"));
        if (dispose)
            await Client.DisposeAsync();
        else
            await Client.StopAsync();

        (await send.Invoking(s => s).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.ClientClosed);
        (await Client.Invoking(c => c.SendAsync(Chat("late"))).Should().ThrowAsync<WsmqException>()).Which.Message.Should().Contain("stopped");
    }
}
