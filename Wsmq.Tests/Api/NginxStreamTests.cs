using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>An event stream through a real nginx with its defaults and one <c>proxy_pass</c>.</summary>
public sealed class NginxStreamTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_event_passes_before_the_next_one_is_sent()
    {
        await using var node = await HttpCaller.StartNodeAsync(s => s.UseSqlite(_folder.File("wsmq.db")));
        await using var nginx = await NginxServer.StartAsync([node.Address], "location / { proxy_pass http://app; }");
        using var bob = new HttpCaller(nginx.Address, TestTokens.For("bob"));
        await using var stream = await bob.ListenAsync("address=user:bob");
        for (var i = 1; i <= 10; i++)
        {
            await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse($"{i}") });
            await Eventually.That("nginx has passed it on", () => stream.Messages.Count() == i);
        }
    }
}
