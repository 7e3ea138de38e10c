using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Wsmq.Tests.Client;

public sealed class HostingTests
{
    [Fact]
    public async Task The_client_starts_with_the_host_without_delaying_it_and_stops_with_it()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.Script.Refuse = 503;
        server.Script.OnConnected = Entry.Chats(1);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<List<string>>();
        builder.Services.AddWsmqClient(server.Url, (_, o) => o.ReconnectBackoff.Max = o.ReconnectBackoff.Min, Register);
        builder.Services.AddWsmqClient(server.Url);
        using var host = builder.Build();

        await host.StartAsync();
        var client = host.Services.GetRequiredService<WsmqClient>();
        await Eventually.That("the client is connecting", () => client.State == WsmqClientState.Connecting);
        server.Script.Refuse = 0;

        await Eventually.That("the message is acknowledged", () => server.Script.LastAck(Entry.Alice) == Entry.At(1));
        host.Services.GetRequiredService<List<string>>().Should().Equal("1");
        await host.StopAsync();
        client.State.Should().Be(WsmqClientState.Stopped);
        server.Script.Accepted.Should().Be(1);
    }

    private static void Register(IServiceProvider services, WsmqClient client)
    {
        var seen = services.GetRequiredService<List<string>>();
        client.On<Line>((message, _) =>
        {
            seen.Add(message.Body.Text);
            return Task.CompletedTask;
        });
    }
}
