using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Endpoints;

/// <summary>The log entry for an app that omits a call of its middleware pipeline or orders the calls wrongly.</summary>
public sealed class PipelineMistakeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RecordedLogs _logs = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task UseAuthentication_without_UseAuthorization_is_named_in_the_log()
    {
        (await OpenAsync(app =>
        {
            app.UseAuthentication();
            app.MapWsmq("/wsmq");
        })).Should().Be(HttpStatusCode.Unauthorized);

        await SaysAsync("Call both in this order, or neither");
    }

    [Fact]
    public async Task UseAuthentication_after_UseAuthorization_is_named_in_the_log()
    {
        (await OpenAsync(app =>
        {
            app.UseAuthorization();
            app.UseAuthentication();
            app.MapWsmq("/wsmq");
        })).Should().Be(HttpStatusCode.Unauthorized);

        await SaysAsync("Call both in this order, or neither");
    }

    [Fact]
    public async Task A_refused_token_is_not_reported_as_a_pipeline_mistake()
    {
        (await OpenAsync(app => app.MapWsmq("/wsmq"), "x")).Should().Be(HttpStatusCode.Unauthorized);

        await SaysAsync("credentials were refused");
    }

    [Fact]
    public async Task A_hub_that_is_not_mapped_is_named_in_the_log()
    {
        (await OpenAsync(_ => { })).Should().Be(HttpStatusCode.NotFound);

        await SaysAsync("the app does not call MapWsmq");
    }

    private Task SaysAsync(string text) => Eventually.That($"the log contains: {text}", () => _logs.All.Any(l => l.Contains(text, StringComparison.Ordinal)));

    private async Task<HttpStatusCode> OpenAsync(Action<WebApplication> pipeline, string? token = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(_logs);
        builder.Services.AddAuthentication().AddJwtBearer(o => o.TokenValidationParameters = TestTokens.Validation);
        builder.Services.AddWsmq().UseSqlite(_folder.File("wsmq.db"));
        await using var app = builder.Build();
        pipeline(app);
        await app.StartAsync();

        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token ?? TestTokens.For("bob")}");
        var address = new Uri(app.Urls.Single()).Authority;
        await FluentActions.Awaiting(() => socket.ConnectAsync(new Uri($"ws://{address}/wsmq"), default)).Should().ThrowAsync<WebSocketException>();
        return socket.HttpStatusCode;
    }
}
