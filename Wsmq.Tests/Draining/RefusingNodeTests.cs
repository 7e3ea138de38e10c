using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Lifecycle;

namespace Wsmq.Tests.Draining;

/// <summary>How a draining node refuses new connections.</summary>
public sealed class RefusingNodeTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private TestNode _node = null!;

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")));

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    private DrainState Drain => _node.Services.GetRequiredService<DrainState>();

    private HttpClient Http()
    {
        var http = new HttpClient { BaseAddress = _node.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TestTokens.For("bob"));
        return http;
    }

    [Fact]
    public async Task A_new_connection_is_refused_before_the_handshake()
    {
        using var http = Http();
        Drain.Stop();
        using var before = await http.PostAsync(new Uri("/wsmq/negotiate?negotiateVersion=1", UriKind.Relative), null);
        before.StatusCode.Should().Be(HttpStatusCode.OK, "it only reports that it is not ready");
        Drain.Refuse();

        using var negotiate = await http.PostAsync(new Uri("/wsmq/negotiate?negotiateVersion=1", UriKind.Relative), null);
        using var connect = await http.GetAsync(new Uri("/wsmq?device=phone", UriKind.Relative));

        foreach (var refused in new[] { negotiate, connect })
        {
            refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
            WsmqError.Find(await refused.Content.ReadAsStringAsync()).Should().Be(WsmqErrors.Stopping);
        }

        await FluentActions.Awaiting(() => PlainClient.ConnectAsync(_node, "bob")).Should().ThrowAsync<Exception>();
    }

    [Fact]
    public async Task A_connection_that_was_negotiated_before_is_closed_with_a_code_and_may_reconnect()
    {
        using var http = Http();
        using var negotiate = await http.PostAsync(new Uri("/wsmq/negotiate?negotiateVersion=1", UriKind.Relative), null);
        using var answer = JsonDocument.Parse(await negotiate.Content.ReadAsStringAsync());
        Drain.Refuse();

        await using var late = await RawClient.ConnectAsync(_node, "bob", $"&id={answer.RootElement.GetProperty("connectionToken").GetString()}");

        await Eventually.That("it is closed", () => late.All.Any(m => m.Contains("\"type\":7", StringComparison.Ordinal)));
        late.All.Should().Contain(m => m.Contains("[wsmq 5004 stopping retry]", StringComparison.Ordinal) && m.Contains("\"allowReconnect\":true", StringComparison.Ordinal));
    }
}
