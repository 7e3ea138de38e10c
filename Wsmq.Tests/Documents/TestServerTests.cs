extern alias embedded;

using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Documents;

/// <summary>An app with wsmq in a test server, set up as docs/testing.md describes.</summary>
public sealed class TestServerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_client_of_the_test_server_sends_and_receives()
    {
        await using var factory = Factory();
        var received = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bob = Client(factory.Server, await TokenAsync(factory, "bob"));
        bob.On<Number>((message, _) =>
        {
            received.TrySetResult(message.Body.Value);
            return Task.CompletedTask;
        });
        await bob.StartAsync();

        await factory.Services.GetRequiredService<IWsmqPublisher>().SendAsync(WsmqAddress.User("bob"), new Number(1));

        (await received.Task).Should().Be(1);
        await bob.SendAsync(WsmqAddress.User("alice"), new Number(2));
    }

    // The factory and the app's own Run stop the host concurrently, and one of them disposes it first.
    [Fact]
    public async Task Several_factories_in_turn_can_use_the_same_store()
    {
        for (var i = 0; i < 3; i++)
        {
            await using var factory = Factory();
            await using var bob = Client(factory.Server, await TokenAsync(factory, "bob"));
            await bob.StartAsync();
            await bob.SendAsync(WsmqAddress.User("bob"), new Number(i));
        }
    }

    [Fact]
    public async Task Disposing_a_factory_completes_while_its_client_is_still_connected()
    {
        var factory = Factory();
        await using var end = factory;
        await using var bob = Client(factory.Server, await TokenAsync(factory, "bob"));
        await bob.StartAsync();

        await factory.DisposeAsync();
    }

    [Fact]
    public void The_code_in_the_document_is_the_code_of_this_test()
    {
        var recipe = Lines("Wsmq.Tests/Documents/TestServerTests.cs")
            .SkipWhile(l => !l.StartsWith("private static WsmqClient Client(", StringComparison.Ordinal)).Skip(2).TakeWhile(l => l != "});");

        Lines("docs/testing.md").Should().ContainInConsecutiveOrder(recipe);
    }

    private static IEnumerable<string> Lines(string file) => File.ReadLines(SourceTree.PathOf(file)).Select(l => l.Trim());

    private static WsmqClient Client(TestServer server, string token) =>
        new(new Uri(server.BaseAddress, "/wsmq"), options =>
            options.ConfigureHttp = http => http.WebSocketFactory = async (connection, cancellationToken) =>
            {
                var sockets = server.CreateWebSocketClient();
                sockets.ConfigureRequest = request => request.Headers.Authorization = $"Bearer {token}";
                return await sockets.ConnectAsync(connection.Uri, cancellationToken);
            });

    private static async Task<string> TokenAsync(WebApplicationFactory<embedded::Program> factory, string user)
    {
        using var http = factory.CreateClient();
        using var response = await http.PostAsync(new Uri($"/login/{user}", UriKind.Relative), null);
        return (await response.Content.ReadAsStringAsync()).Trim('"');
    }

    private WebApplicationFactory<embedded::Program> Factory() =>
        new WebApplicationFactory<embedded::Program>().WithWebHostBuilder(host => host.UseContentRoot(_folder.Path));
}
