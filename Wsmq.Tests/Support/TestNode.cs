using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Wsmq.Tests.Support;

/// <summary>A node as an app would host it: Kestrel on a port that the system assigns, bearer tokens, wsmq on a real store.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    public const string HubPath = "/wsmq";

    private readonly WebApplication _app;
    private bool _disposed;

    private TestNode(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Urls.Single());

    public Uri Hub => new(Address, HubPath);

    public IWsmqPublisher Publisher => Services.GetRequiredService<IWsmqPublisher>();

    public IWsmqGroups Groups => Services.GetRequiredService<IWsmqGroups>();

    public IWsmqAccess Access => Services.GetRequiredService<IWsmqAccess>();

    public IWsmqDevices Devices => Services.GetRequiredService<IWsmqDevices>();

    public IHubContext<WsmqHub, IWsmqReceiver> Live => Services.GetRequiredService<IHubContext<WsmqHub, IWsmqReceiver>>();

    public static async Task<TestNode> StartAsync(
        Action<WsmqBuilder> store,
        Action<WsmqOptions>? options = null,
        Action<WebApplicationBuilder>? services = null,
        Action<WebApplication>? endpoints = null,
        Action<WebApplicationBuilder>? before = null,
        string? environment = null,
        Action<HttpConnectionDispatcherOptions>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddAuthentication().AddJwtBearer(bearer =>
        {
            bearer.TokenValidationParameters = TestTokens.Validation;
            bearer.Events = new()
            {
                OnMessageReceived = context =>
                {
                    if (context.Request.Path.StartsWithSegments(HubPath))
                        context.Token = context.Request.Query["access_token"];
                    return Task.CompletedTask;
                },
            };
        });
        before?.Invoke(builder);
        store(builder.Services.AddWsmq(o =>
        {
            // Most tests stop their nodes while clients are connected that do not handle a drain.
            o.Drain.Timeout = TimeSpan.Zero;

            // Tests send as much as services do. Tests of limits set the general limits.
            ServiceLimits.Set(o.Limits);
            options?.Invoke(o);
        }));
        services?.Invoke(builder);
        var app = builder.Build();
        app.MapWsmq(HubPath, map);
        endpoints?.Invoke(app);
        try
        {
            await app.StartAsync();
            return new TestNode(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Tests stop some nodes in the middle, and all nodes at the end.
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
