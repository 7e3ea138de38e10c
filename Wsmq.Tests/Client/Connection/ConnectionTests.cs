using System.Net;

namespace Wsmq.Tests.Client;

public sealed class ConnectionTests : ClientTest
{
    private int _tokens;

    private protected override void Configure(WsmqClientOptions options)
    {
        options.Device = "my laptop & more";
        options.StopTimeout = TimeSpan.FromMinutes(1);
        options.AccessTokenProvider = _ => Task.FromResult<string?>($"token-{Interlocked.Increment(ref _tokens)}");
    }

    [Fact]
    public async Task The_first_start_is_retried_until_the_server_is_reachable()
    {
        using var port = ReservedPort.Take();
        await using var client = NewClient(new Uri($"http://127.0.0.1:{port.Number}/wsmq"));
        var start = client.StartAsync();
        await Eventually.That("it has failed twice", () => Errors.Count(e => e.Operation == WsmqClientOperation.Connect) >= 2);
        client.State.Should().Be(WsmqClientState.Connecting);

        await using var server = await ScriptedServer.StartAsync(port.Number);
        await start;

        client.State.Should().Be(WsmqClientState.Connected);
    }

    [Fact]
    public async Task Every_connection_attempt_requests_a_token_and_names_the_device_also_after_a_refusal()
    {
        Script.Refuse = 503;
        var start = Client.StartAsync();
        await Eventually.That("it was refused", () => Errors.Any(e => e.Operation == WsmqClientOperation.Connect));
        Script.Refuse = 0;
        await start;
        Script.Refuse = 401;
        await Script.AbortAllAsync();
        await Eventually.That("its token was refused", () => Failures.Any(f => f.StatusCode == HttpStatusCode.Unauthorized));
        Script.Refuse = 0;
        await Eventually.That("the client has reconnected", () => Script.Accepted == 2);

        Script.Tokens.Should().Equal(Enumerable.Range(1, Script.Tokens.Count).Select(i => $"token-{i}"));
        Script.Devices.Should().Equal("my laptop & more", "my laptop & more");
    }

    [Fact]
    public async Task The_client_reconnects_after_every_abort_by_the_server()
    {
        Record();
        Script.OnConnected = client => client.Receive(Entry.Chat(Script.Accepted));
        await Client.StartAsync();
        for (var round = 1; round <= 6; round++)
        {
            await AckedIs(round);
            Script.AbortAll();
        }

        await AckedIs(7);
        Handled.Should().Equal("1", "2", "3", "4", "5", "6", "7");
    }

    [Fact]
    public async Task The_client_reconnects_to_a_new_server_at_the_same_address()
    {
        using var port = ReservedPort.Take();
        var script = new Script();
        await using var client = NewClient(new Uri($"http://127.0.0.1:{port.Number}/wsmq"));
        await using (await ScriptedServer.StartAsync(port.Number, script))
            await client.StartAsync();
        await Eventually.That("the client has noticed the lost connection", () => client.State == WsmqClientState.Reconnecting);

        await using var again = await ScriptedServer.StartAsync(port.Number, script);

        (await client.SendAsync(Chat("hi"))).Duplicate.Should().BeFalse();
    }

    [Fact]
    public async Task An_error_code_with_which_the_server_closes_the_connection_ends_the_start()
    {
        Script.OnConnected = _ => throw new Microsoft.AspNetCore.SignalR.HubException(WsmqErrors.TooManyDevices.ToString());
        var start = () => Client.StartAsync();

        (await start.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.TooManyDevices);
        Errors.Should().ContainSingle(e => e.Operation == WsmqClientOperation.Connect && ((WsmqException)e.Exception).Error == WsmqErrors.TooManyDevices);
        Client.State.Should().Be(WsmqClientState.Stopped);
    }

    [Fact]
    public async Task Client_states_change_in_order_from_start_to_stop()
    {
        Client.State.Should().Be(WsmqClientState.Stopped);
        await Client.StartAsync();
        await Script.AbortAllAsync();
        await Eventually.That("the client has reconnected", () => States.Count(s => s == WsmqClientState.Connected) == 2);
        await Client.StopAsync();
        States.Should().Equal(
            WsmqClientState.Connecting, WsmqClientState.Connected, WsmqClientState.Reconnecting, WsmqClientState.Connected,
            WsmqClientState.Stopped);
    }

    [Fact]
    public async Task A_cancelled_start_stops_the_client()
    {
        Script.Refuse = 503;
        using var cancel = new CancellationTokenSource();
        var start = Client.StartAsync(cancel.Token);
        await Eventually.That("an attempt has failed", () => !Errors.IsEmpty);
        await cancel.CancelAsync();
        await start.Invoking(s => s).Should().ThrowAsync<OperationCanceledException>();
        Client.State.Should().Be(WsmqClientState.Stopped);
    }

    [Fact]
    public async Task A_stopped_client_starts_again_and_a_disposed_one_does_not()
    {
        Record();
        await Client.StartAsync();
        await Client.StopAsync();
        await Eventually.That("the connection is closed", () => Script.Connections == 0);
        Script.OnConnected = Entry.Chats(1);
        await Client.StartAsync();
        await AckedIs(1);
        await Client.DisposeAsync();
        await Client.DisposeAsync();
        var start = () => Client.StartAsync();
        await start.Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task Stopping_sends_the_last_acks()
    {
        var two = new TaskCompletionSource();
        Client.On<Line>(async (message, ct) =>
        {
            if (message.Body.Text == "3")
            {
                two.SetResult();
                await new TaskCompletionSource().Task.WaitAsync(ct);
            }

            Handled.Enqueue(message.Body.Text);
        });
        Script.OnConnected = Entry.Chats(1, 2, 3, 4);
        await Client.StartAsync();
        await two.Task;
        await Client.StopAsync();
        Script.LastAck(Entry.Alice).Should().Be(Entry.At(2));
        Handled.Should().Equal("1", "2");
    }

    [Fact]
    public async Task A_message_whose_handler_returns_while_the_client_stops_is_acknowledged()
    {
        var entered = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        Client.On<Line>(async (_, ct) =>
        {
            using var cancelled = ct.Register(leave.SetResult);
            entered.SetResult();
            await leave.Task;
        });
        Script.OnConnected = Entry.Chats(1);
        await Client.StartAsync();
        await entered.Task;
        await Client.StopAsync();
        Script.LastAck(Entry.Alice).Should().Be(Entry.At(1));
    }

    [Fact]
    public async Task Stopping_waits_for_receipts_of_sends_in_flight_and_refuses_new_sends()
    {
        var held = new TaskCompletionSource();
        Script.OnSend = async (message, _) =>
        {
            await held.Task;
            return Script.Store(message);
        };
        await Client.StartAsync();
        var send = Client.SendAsync(Chat("hi"));
        await Eventually.That("the send is in flight", () => Script.Sends.Count == 1);
        var stop = Client.StopAsync();
        var late = () => Client.SendAsync(Chat("late"));
        (await late.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.ClientClosed);
        held.SetResult();
        (await send).Duplicate.Should().BeFalse();
        await stop;
    }

    [Fact]
    public async Task Live_pushes_reach_their_handlers()
    {
        Client.OnLive<Line>((line, _) =>
        {
            Handled.Enqueue(line.Text);
            return line.Text == "bad" ? throw new InvalidOperationException("gone") : Task.CompletedTask;
        });
        Client.OnAnyLive((message, _) =>
        {
            Handled.Enqueue($"raw {message.Type}");
            return Task.CompletedTask;
        });
        await Client.StartAsync();
        await Server.Everyone.Live(new WsmqLiveMessage { Type = nameof(Line), Body = WsmqJsonBody.Parse("""{"text":"bad"}""") });
        await Server.Everyone.Live(new WsmqLiveMessage { Type = nameof(Line), Body = WsmqJsonBody.Parse("""{"text":"hi"}""") });
        await Server.Everyone.Live(new WsmqLiveMessage { Type = nameof(Line), Body = WsmqJsonBody.Parse("[]") });
        await Server.Everyone.Live(new WsmqLiveMessage { Type = "other" });
        await HandledAre("bad", "hi", "raw Line", "raw other");
        Errors.Should().ContainSingle(e => e.Operation == WsmqClientOperation.Live);
        Script.Acks.Should().BeEmpty();
    }
}
