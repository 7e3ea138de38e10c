using System.Collections.Concurrent;

namespace Wsmq.Tests.Client;

/// <summary>Stopping, disposing and restarting, concurrently with and inside handlers that take long.</summary>
public sealed class StopTests : ClientTest
{
    private readonly ConcurrentQueue<string> _begun = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private protected override void Configure(WsmqClientOptions options) => options.StopTimeout = TimeSpan.FromMilliseconds(100);

    public override async Task DisposeAsync()
    {
        _go.TrySetResult();
        await base.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_handler_begins_after_a_stop_or_disposal_was_called(bool dispose)
    {
        await StartWithBusyHandlerAsync(Client);

        var stop = dispose ? Client.DisposeAsync().AsTask() : Client.StopAsync();
        _go.SetResult();
        await stop;

        await Eventually.That("the running handler has returned", () => Handled.Count == 1);
        _begun.Should().Equal("1");
    }

    [Fact]
    public async Task No_handler_begins_while_the_stop_waits_for_receipts()
    {
        var answer = new TaskCompletionSource();
        Script.OnSend = async (message, _) =>
        {
            await answer.Task;
            return Script.Store(message);
        };
        await using var client = new WsmqClient(Server.Url, o => o.StopTimeout = TimeSpan.FromMinutes(1));
        await StartWithBusyHandlerAsync(client);
        var send = client.SendAsync(Chat("hi"));
        await Eventually.That("the send is in flight", () => Script.Sends.Count == 1);

        var stop = client.StopAsync();
        _go.SetResult();
        await Eventually.That("the running handler has returned", () => Handled.Count == 1);
        answer.SetResult();
        await stop;

        (await send).Duplicate.Should().BeFalse();
        _begun.Should().Equal("1");
        Script.LastAck(Entry.Alice).Should().Be(Entry.At(1));
    }

    [Fact]
    public async Task A_failing_handler_is_not_retried_after_the_stop()
    {
        Client.On<Line>(async (message, _) =>
        {
            _begun.Enqueue(message.Body.Text);
            _first.TrySetResult();
            await _go.Task;
            throw new InvalidOperationException("no");
        });
        Script.OnConnected = Entry.Chats(1, 2);
        await Client.StartAsync();
        await _first.Task;

        var stop = Client.StopAsync();
        _go.SetResult();
        await stop;

        _begun.Should().Equal("1");
    }

    [Fact]
    public async Task Live_handlers_and_handlers_that_are_registered_late_do_not_begin_after_the_stop()
    {
        var entered = new TaskCompletionSource();
        Client.OnLive<Line>(async (line, _) =>
        {
            _begun.Enqueue(line.Text);
            entered.TrySetResult();
            await _go.Task;
        });
        Script.OnConnected = Entry.Chats(1);
        await Client.StartAsync();
        foreach (var text in new[] { "a", "b", "c" })
            await Server.Everyone.Live(new WsmqLiveMessage { Type = nameof(Line), Body = WsmqJsonBody.Parse($$"""{"text":"{{text}}"}""") });
        await entered.Task;

        var stop = Client.StopAsync();
        Record();
        _go.SetResult();
        await stop;

        _begun.Should().Equal("a");
        Handled.Should().BeEmpty();
    }

    [Fact]
    public async Task The_next_start_handles_nothing_until_the_handler_of_the_previous_run_has_returned()
    {
        var running = 0;
        var most = 0;
        Client.On<Line>(async (message, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            _begun.Enqueue(message.Body.Text);
            _first.TrySetResult();
            await _go.Task;
            Interlocked.Decrement(ref running);
            Handled.Enqueue(message.Body.Text);
        });
        Script.OnConnected = Entry.Chats(1, 2, 3);
        await Client.StartAsync();
        await _first.Task;
        await Client.StopAsync();
        await Client.StartAsync();
        await Client.SendAsync(Chat("it is connected, and sends work"));
        _begun.Should().Equal("1");

        _go.SetResult();

        await HandledAre("1", "1", "2", "3");
        most.Should().Be(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stop_or_restart_inside_a_handler_completes(bool restart)
    {
        var done = new TaskCompletionSource();
        Client.On<Line>(async (message, _) =>
        {
            Handled.Enqueue(message.Body.Text);
            if (Handled.Count > 1)
                return;
            await Client.StopAsync(CancellationToken.None);
            if (restart)
                await Client.StartAsync(CancellationToken.None);
            done.SetResult();
        });

        // Not before the start has completed: the handler's stop would cancel it.
        await Client.StartAsync();
        Script.OnConnected = Entry.Chats(1, 2);
        await Server.Everyone.ReceiveMany([Entry.Chat(1), Entry.Chat(2)]);

        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));

        if (restart)
            await HandledAre("1", "1", "2");
        else
            Client.State.Should().Be(WsmqClientState.Stopped);
    }

    [Fact]
    public async Task A_synchronous_disposal_inside_a_handler_completes()
    {
        var done = new TaskCompletionSource();
        Client.On<Line>((_, _) =>
        {
            Client.DisposeAsync().AsTask().Wait(CancellationToken.None);
            done.SetResult();
            return Task.CompletedTask;
        });

        // Not before the start has completed: the handler's disposal would cancel it.
        await Client.StartAsync();
        await Server.Everyone.ReceiveMany([Entry.Chat(1), Entry.Chat(2)]);

        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));

        Client.State.Should().Be(WsmqClientState.Stopped);
    }

    [Fact]
    public async Task A_stop_inside_an_event_handler_does_not_change_the_state_of_the_next_start()
    {
        var stopped = new TaskCompletionSource();
        var hold = true;
        Client.StateChanged += (_, e) =>
        {
            if (e.Current != WsmqClientState.Connected || !hold)
                return;
            hold = false;
            Client.StopAsync().Wait();
            stopped.SetResult();
            _go.Task.Wait();
        };
        _ = Client.StartAsync();
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await Client.StartAsync();
        _go.SetResult();

        await Client.SendAsync(Chat("hi"));
        Client.State.Should().Be(WsmqClientState.Connected);
    }

    [Fact]
    public async Task Concurrent_starts_stops_and_disposals_end_with_a_stopped_client_and_no_connection()
    {
        await Task.WhenAll(Client.StartAsync(), Client.StartAsync());
        Script.Accepted.Should().Be(1);
        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(Task.Run(() => Client.StopAsync()), Task.Run(() => Tolerant(Client.StartAsync())), Task.Run(() => Client.StopAsync()));
        }

        await Task.WhenAll(Task.Run(() => Tolerant(Client.StartAsync())), Task.Run(() => Client.DisposeAsync().AsTask()), Task.Run(() => Client.DisposeAsync().AsTask()));

        Client.State.Should().Be(WsmqClientState.Stopped);
        await Eventually.That("no connection is left", () => Script.Connections == 0);
    }

    private async Task StartWithBusyHandlerAsync(WsmqClient client)
    {
        client.On<Line>(async (message, _) =>
        {
            _begun.Enqueue(message.Body.Text);
            _first.TrySetResult();
            await _go.Task;
            Handled.Enqueue(message.Body.Text);
        });
        Script.OnConnected = Entry.Chats(1, 2, 3);
        await client.StartAsync();
        await _first.Task;
    }

    // A start that a concurrent stop or disposal overtook.
    private static async Task Tolerant(Task start) =>
        await start.ContinueWith(t => t.Exception?.Handle(e => e is ObjectDisposedException), TaskScheduler.Default);
}
