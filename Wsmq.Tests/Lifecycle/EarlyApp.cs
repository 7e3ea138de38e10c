using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Wsmq.Tests.Lifecycle;

/// <summary>When a hosted service of an app, registered before wsmq, does its work.</summary>
public enum Moment
{
    StartingAsync,
    StartAsync,
    StartedAsync,
    InTheBackground,
}

/// <summary>An app whose own hosted service does its work at one moment of the start, before wsmq's hosted service has run.</summary>
internal static class EarlyApp
{
    /// <param name="moment">When the work is done.</param>
    /// <param name="work">The work.</param>
    /// <param name="services">Adds wsmq, after the app's service.</param>
    /// <param name="concurrently">Whether hosted services start concurrently.</param>
    public static (WebApplication App, Task Done) Build(
        Moment moment, Func<IServiceProvider, CancellationToken, Task> work, Action<IServiceCollection> services, bool concurrently = false)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(o => o.ServicesStartConcurrently = concurrently);
        builder.Services.AddSingleton<IHostedService>(p => moment == Moment.InTheBackground
            ? new Background(token => RunAsync(p, token))
            : new AtMoment(moment, token => RunAsync(p, token)));
        builder.Services.AddAuthentication();
        services(builder.Services);
        return (builder.Build(), done.Task);

        async Task RunAsync(IServiceProvider provider, CancellationToken token)
        {
            try
            {
                await work(provider, token);
                done.TrySetResult();
            }
            catch (Exception e)
            {
                done.TrySetException(e);
                throw;
            }
        }
    }

    private sealed class Background(Func<CancellationToken, Task> work) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => work(stoppingToken);
    }

    private sealed class AtMoment(Moment moment, Func<CancellationToken, Task> work) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => RunAsync(Moment.StartingAsync, cancellationToken);

        public Task StartAsync(CancellationToken cancellationToken) => RunAsync(Moment.StartAsync, cancellationToken);

        public Task StartedAsync(CancellationToken cancellationToken) => RunAsync(Moment.StartedAsync, cancellationToken);

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        private Task RunAsync(Moment now, CancellationToken token) => now == moment ? work(token) : Task.CompletedTask;
    }
}
