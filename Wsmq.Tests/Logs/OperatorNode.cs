using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Logs;

/// <summary>A node with the HTTP API, and its operator.</summary>
internal sealed class OperatorNode(TestNode node, OperatorAuthorizer rights) : IAsyncDisposable
{
    public TestNode Node => node;

    public OperatorAuthorizer Rights => rights;

    public HttpCaller Admin { get; } = HttpCaller.Of(node, "admin");

    public IStore Store => node.Services.GetRequiredService<IStore>();

    public static async Task<OperatorNode> StartAsync(
        Action<WsmqBuilder> store, Action<WsmqOptions>? options = null, Action<WebApplicationBuilder>? services = null)
    {
        var rights = new OperatorAuthorizer();
        var node = await HttpCaller.StartNodeAsync(store, options, builder =>
        {
            builder.Services.AddSingleton<IWsmqAuthorizer>(rights);
            services?.Invoke(builder);
        });
        return new OperatorNode(node, rights);
    }

    public T Get<T>()
        where T : notnull => node.Services.GetRequiredService<T>();

    public async Task<WsmqPosition> SendAsync(string to, string body = "1", string? type = null, string? id = null) => WsmqPosition.Parse(
        (await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = to, Body = WsmqJsonBody.Parse(body), Type = type, Id = id })).Position);

    public Task OpenAsync(string user, string device = "phone") =>
        Store.MessageLog.OpenCursorAsync(WsmqAddress.User(user), user, device, default);

    /// <summary>Makes dead letters of new messages to a user.</summary>
    public async Task<WsmqPosition[]> DeadLettersAsync(string user, int count, string type = "order", string reason = "boom")
    {
        await OpenAsync(user);
        var positions = new WsmqPosition[count];
        for (var i = 0; i < count; i++)
        {
            positions[i] = await SendAsync($"user:{user}", $$"""{"n":{{i}}}""", type);
            var request = new NackRequest(WsmqAddress.User(user), user, "phone", positions[i], NackKind.Final, reason);
            (await Store.DeadLetters.NackAsync(request, default)).Outcome.Should().Be(NackOutcome.DeadLettered);
        }

        return positions;
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await node.DisposeAsync();
    }
}
