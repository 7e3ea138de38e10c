using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Limits;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Endpoints;

/// <summary>Races between the response to a negotiation and the end of its request.</summary>
public sealed class NegotiationTests : IDisposable
{
    private const string Gone = "X-Gone";
    private const string Held = "X-Held";

    private readonly TempFolder _folder = new();
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Clients_that_disconnect_before_the_negotiate_response_do_not_use_up_the_limit_of_their_user()
    {
        await using var node = await StartAsync();
        for (var i = 0; i < 100; i++)
        {
            using var aborted = await NegotiateAsync(node, Gone);
            aborted.StatusCode.Should().NotBe(HttpStatusCode.TooManyRequests);
        }

        await Eventually.That("their slots are free", () => node.Services.GetRequiredService<PendingConnections>().Count == 0);
        using var response = await NegotiateAsync(node, "X-None");
        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_connection_can_be_opened_as_soon_as_its_client_has_the_negotiate_response()
    {
        await using var node = await StartAsync();
        using var response = await NegotiateAsync(node, Held);
        try
        {
            using var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader("Authorization", $"Bearer {TestTokens.For("alice")}");
            await socket.ConnectAsync(new UriBuilder(node.Hub) { Scheme = "ws", Query = $"id={await TokenInAsync(response)}" }.Uri, default);

            socket.State.Should().Be(WebSocketState.Open);
        }
        finally
        {
            _end.SetResult();
        }
    }

    // The response body ends only when the request ends.
    private static async Task<string> TokenInAsync(HttpResponseMessage response)
    {
        var buffer = new byte[4096];
        await using var answer = await response.Content.ReadAsStreamAsync();
        using var json = JsonDocument.Parse(buffer.AsMemory(0, await answer.ReadAsync(buffer)));
        return Uri.EscapeDataString(json.RootElement.GetProperty("connectionToken").GetString()!);
    }

    private static async Task<HttpResponseMessage> NegotiateAsync(TestNode node, string how)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, node.Hub + "/negotiate?negotiateVersion=1");
        request.Headers.Authorization = new("Bearer", TestTokens.For("alice"));
        request.Headers.Add(how, "1");
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    // A negotiation that is never opened expires when SignalR's DisconnectTimeout has passed.
    private Task<TestNode> StartAsync() => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o => o.Limits.PendingConnectionsPerUser = 100,
        services: b =>
        {
            b.Services.AddSingleton<IStartupFilter>(new Answers(_end.Task));
            b.Services.Configure<ConnectionOptions>(o => o.DisconnectTimeout = TimeSpan.FromSeconds(5));
        });

    /// <summary>Lets a request header determine what happens to the response.</summary>
    private sealed class Answers(Task end) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(inner => context =>
            {
                if (context.Request.Headers.ContainsKey(Gone))
                    context.RequestAborted = new CancellationToken(canceled: true);
                if (context.Request.Headers.ContainsKey(Held))
                    context.Response.Body = new HeldAnswer(context.Response.Body, end);
                return inner(context);
            });
            next(app);
        };
    }

    /// <summary>Forwards everything at once, and holds up the writer until the test lets it end.</summary>
    private sealed class HeldAnswer(Stream client, Task end) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await client.WriteAsync(buffer, cancellationToken);
            await client.FlushAsync(cancellationToken);
            await end;
        }
    }
}
