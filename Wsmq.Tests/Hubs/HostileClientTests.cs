using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

/// <summary>Attacks by a user with a valid token and a self-written client, all of which must fail.</summary>
public sealed class HostileClientTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RecordedLogs _logs = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("OnConnectedAsync")]
    [InlineData("OnDisconnectedAsync")]
    [InlineData("Dispose")]
    [InlineData("get_Clients")]
    [InlineData("set_Clients")]
    [InlineData("get_Context")]
    [InlineData("get_Groups")]
    [InlineData("ToString")]
    [InlineData("GetHashCode")]
    [InlineData("Wsmq.IWsmqHub.Ack")]
    [InlineData("Receive")]
    [InlineData("AddAsync")]
    public async Task Only_the_documented_methods_can_be_called(string method)
    {
        await using var node = await StartAsync();
        await using var mallory = await PlainClient.ConnectAsync(node, "mallory");

        for (var arguments = 0; arguments < 3; arguments++)
        {
            var refused = await Record.ExceptionAsync(() =>
                mallory.Connection.InvokeCoreAsync(method, [.. Enumerable.Repeat<object?>("x", arguments)]));
            refused.Should().BeOfType<HubException>().Which.Message.Should().Contain("Method does not exist");
        }
    }

    [Fact]
    public async Task A_group_that_exists_and_one_that_does_not_are_refused_in_the_same_words()
    {
        await using var node = await StartAsync();
        await node.Groups.AddToGroupAsync("bob", "secret");
        await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "group:secret", Body = WsmqJsonBody.Parse("1") });
        await using var mallory = await PlainClient.ConnectAsync(node, "mallory");

        foreach (var method in new[] { "Ack", "Resume" })
        {
            var words = new List<string>();
            foreach (var source in new[] { "group:secret", "group:none", "user:bob", "user:nobody", "work:jobs" })
                words.Add((await Record.ExceptionAsync(() => mallory.Connection.InvokeAsync(method, source, "9999999999999999".Replace('9', '0'))))!.Message);
            words.Distinct().Should().ContainSingle(method);
        }

        var send = new List<string>();
        foreach (var to in new[] { "group:secret", "group:none" })
            send.Add((await Record.ExceptionAsync(() => mallory.SendAsync(to, 1)))!.Message);
        send.Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task A_refused_connection_that_its_client_keeps_open_is_closed_by_the_server()
    {
        await using var node = await StartAsync(services: s => s.AddSingleton<IWsmqAuthorizer>(new AwayAuthorizer()));
        using var socket = await OpenAsync(node, "mallory");

        // A well-behaved client disconnects when it reads the close frame. This one reads on until the server closes the connection.
        (await ReadUntilEndAsync(socket)).Should().Contain("5001 store-unavailable retry").And.Contain("\"allowReconnect\":true");
    }

    [Fact]
    public async Task Text_chosen_by_a_client_causes_no_warning_and_forges_no_log_line()
    {
        const string Forged = "\\ninfo: forged";
        string[] frames =
        [
            $$"""{"type":1,"invocationId":"1{{Forged}}","target":"No{{Forged}}","arguments":[]}""",
            $$"""{"type":1,"invocationId":"2{{Forged}}","target":"Ack","arguments":[]}""",
            $$"""{"type":1,"invocationId":"3","target":"Ack","arguments":["user:a{{Forged}}","1{{Forged}}"]}""",
            $$"""{"type":1,"target":"Send","arguments":[{"to":"user:mallory{{Forged}}","id":"{{Forged}}"}]}""",
            $$"""{"type":1,"target":"Send","arguments":[{"to":"user:mallory","type":"{{Forged}}","headers":{"{{Forged}}":"{{Forged}}" } }]}""",
            $$"""{"type":1,"invocationId":"4","target":"Send","arguments":[{"to":"user:mallory","headers":{"{{Forged}}":"{{Forged}}" } }]}""",
            $$"""{"type":2,"invocationId":"s{{Forged}}","item":[]}""",
            $$"""{"type":3,"invocationId":"s{{Forged}}"}""",
            $$"""{"type":3,"invocationId":"t{{Forged}}","error":"{{Forged}}"}""",
            $$"""{"type":4,"invocationId":"5{{Forged}}","target":"SendStream","arguments":[],"streamIds":["u{{Forged}}"]}""",
            $$"""{"type":3,"invocationId":"u{{Forged}}","error":"{{Forged}}"}""",
            $$"""{"type":5,"invocationId":"6{{Forged}}"}""",
            """{"type":1,"invocationId":"7","target":"SendMany","arguments":[[{"to":"user:mallory","body":1}]]}""",
        ];
        await using var node = await StartAsync();
        using (var socket = await OpenAsync(node, "mallory"))
        {
            foreach (var frame in frames)
                await SendAsync(socket, frame);
            await Eventually.That("the last frame was handled", () => _logs.All.Any(l => l.Contains("\"7\"", StringComparison.Ordinal) || l.Contains("'7'", StringComparison.Ordinal)));
            socket.Abort();
        }

        await using var last = await PlainClient.ConnectAsync(node, "mallory");
        await last.ReceivesAsync("", "1");
        foreach (var level in new[] { LogLevel.Warning, LogLevel.Error, LogLevel.Critical })
            _logs.Of(level).Should().BeEmpty();
        _logs.Of(LogLevel.Information).Should().NotContain(l => l.Contains("\ninfo: forged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_user_who_left_a_group_no_longer_receives_its_live_pushes()
    {
        await using var node = await StartAsync();
        await node.Groups.AddToGroupAsync("mallory", "ops");
        await using var mallory = await PlainClient.ConnectAsync(node, "mallory");
        await mallory.Connection.InvokeAsync("Ack", "group:ops", WsmqPosition.Start.ToString());
        await node.Groups.RemoveFromGroupAsync("mallory", "ops");
        await Eventually.That("the node has applied the removal", async () =>
            await Record.ExceptionAsync(() => mallory.Connection.InvokeAsync("Ack", "group:ops", WsmqPosition.Start.ToString())) is HubException);

        // The reader of the group ends first, then the live group is left: the push is retried until both have happened.
        await Eventually.That("a live push to the group does not arrive", async () =>
        {
            var before = mallory.Live.Count;
            await node.Live.Clients.Group("ops").Live(new WsmqLiveMessage { Type = "group" });
            await node.Live.Clients.User("mallory").Live(new WsmqLiveMessage { Type = "marker" });
            await Eventually.That("the marker arrives", () => mallory.Live.Skip(before).Any(m => m.Type == "marker"));
            return mallory.Live.Skip(before).All(m => m.Type == "marker");
        });
    }

    [Fact]
    public async Task The_database_files_can_be_read_and_written_by_their_owner_only()
    {
        await using var node = await StartAsync();
        await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("1") });

        var files = Directory.GetFiles(_folder.Path);
        files.Should().Contain(_folder.File("wsmq.db")).And.Contain(_folder.File("wsmq.db-wal"));
        if (OperatingSystem.IsWindows())
            return;
        foreach (var file in files)
            File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
    }

    private Task<TestNode> StartAsync(Action<IServiceCollection>? services = null) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        services: b =>
        {
            b.Logging.AddProvider(_logs);
            b.Services.Configure<LoggerFilterOptions>(o =>
            {
                o.Rules.Clear();
                o.MinLevel = LogLevel.Trace;
            });
            services?.Invoke(b.Services);
        });

    private static async Task<ClientWebSocket> OpenAsync(TestNode node, string user)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(node.Hub) { Scheme = "ws", Query = "access_token=" + TestTokens.For(user) }.Uri, default);
        await SendAsync(socket, """{"protocol":"json","version":1}""");
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, string frame, CancellationToken cancellationToken = default) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(frame + HubSocket.Separator), WebSocketMessageType.Text, true, cancellationToken);

    private static async Task<string> ReadUntilEndAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var (text, buffer) = (new StringBuilder(), new byte[16 * 1024]);
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, patience.Token);
            if (part.MessageType == WebSocketMessageType.Close)
                return text.ToString();
            text.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
        }
    }

    private sealed class AwayAuthorizer : IWsmqAuthorizer
    {
        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
            throw new WsmqException(WsmqErrors.StoreUnavailable);
    }
}
