using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Jobs;

/// <summary>Adds to the history what workers in other processes report: see <see cref="JobReporter"/>.</summary>
internal sealed class JobListener : IAsyncDisposable
{
    private readonly WebApplication _app;

    private JobListener(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<JobListener> StartAsync(HistoryFile history)
    {
        // The program's folder, because the content root is watched recursively for changes of the settings files.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, RunLifetime>();
        var app = builder.Build();
        app.MapPost("/", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            history.Add(HistoryEvent.Parse(await reader.ReadToEndAsync()));
        });
        await app.StartAsync();
        return new JobListener(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>The run itself handles signals, not this listener.</summary>
    private sealed class RunLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
