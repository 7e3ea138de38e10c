using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Wsmq.Tests.HostAndCli;

/// <summary>A server that gives answers in the order of a list, for failures that no real node can be brought to at will.</summary>
internal sealed class ScriptedApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _requests = [];

    private ScriptedApi(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public IReadOnlyCollection<string> Requests => _requests;

    /// <param name="answers">Status and body of each answer; the status 0 cuts the connection. The last one is repeated.</param>
    public static async Task<ScriptedApi> StartAsync(params (int Status, string Body)[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var api = new ScriptedApi(builder.Build());
        var left = new ConcurrentQueue<(int Status, string Body)>(answers);
        api._app.Run(context => api.AnswerAsync(context, left.TryDequeue(out var next) ? next : answers[^1]));
        await api._app.StartAsync();
        return api;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, (int Status, string Body) answer)
    {
        using var body = new StreamReader(context.Request.Body);
        var text = await body.ReadToEndAsync();
        _requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {text}".TrimEnd());
        if (answer.Status == 0)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.Status < 400 ? "application/json" : "application/problem+json";
        await context.Response.WriteAsync(answer.Body);
    }
}
