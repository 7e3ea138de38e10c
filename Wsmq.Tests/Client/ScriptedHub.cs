using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Wsmq.Tests.Client;

/// <summary>A hub with the real wire contract that follows a script, on a real server with real WebSockets.</summary>
public sealed partial class ScriptedHub(Script script) : Hub<IWsmqReceiver>, IWsmqHub
{
    public override async Task OnConnectedAsync()
    {
        script.Devices.Enqueue(Context.GetHttpContext()!.Request.Query["device"].ToString());
        script.Batches.Enqueue(Context.GetHttpContext()!.Request.Query["batch"].ToString());
        script.StateQueries.Enqueue(Context.GetHttpContext()!.Request.Query["state"].ToString());
        script.Holds.Enqueue(Context.GetHttpContext()!.Request.Query["hold"].ToString());
        script.Entered(Context);
        await script.OnConnected(Clients.Caller);

        // As the real hub does. Where the script sends the store state itself, the client has received it already.
        if (script.LetsIn)
            await Clients.Caller.StoreState(true);
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        script.Gone(Context, exception);
        return Task.CompletedTask;
    }

    public Task<WsmqReceipt> Send(WsmqOutgoingMessage message) => throw new HubException("not scripted");

    public Task<WsmqItemResult[]> SendMany(WsmqOutgoingMessage[] messages) => throw new HubException("not scripted");

    public IAsyncEnumerable<WsmqItemResult[]> SendStream(IAsyncEnumerable<WsmqOutgoingMessage[]> messages, CancellationToken cancellationToken) =>
        new ScriptedStream(script, Context).RunAsync(messages, cancellationToken);

    // Not public: to a client this is a server of a version without it.
    IAsyncEnumerable<WsmqItemResult[]> IWsmqHub.Produce(
        string producer, long epoch, IAsyncEnumerable<WsmqOutgoingMessage[]> messages, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<bool> CancelDelayed(string to, string id) => throw new HubException("not scripted");

    public Task<WsmqHistoryPage> History(string source, WsmqHistoryQuery? query) => CallAsync<WsmqHistoryPage>(nameof(History), source, query);

    public Task Ack(string source, string position)
    {
        script.Acks.Enqueue((source, position));
        return script.OnAck(source, position);
    }

    public Task<int> Nack(string source, string position, string? reason)
    {
        script.Nacks.Enqueue((source, position, reason));
        return script.OnNack(source, position, Clients.Caller);
    }

    public Task Resume(string source, string after)
    {
        script.Resumes.Enqueue((source, after));
        return script.OnResume(source, after, Clients.Caller);
    }

    public async Task<WsmqWorkGrant> Work(string queue, int credit)
    {
        script.Credits.Enqueue((queue, credit));
        await script.OnAsked();
        return new WsmqWorkGrant(credit);
    }

    public Task Complete(string queue, string position, string token) => EndAsync(nameof(Complete), position, token);

    public async Task<string?[]> CompleteMany(string queue, WsmqJobLease[] jobs)
    {
        var results = new string?[jobs.Length];
        for (var i = 0; i < jobs.Length; i++)
        {
            try
            {
                await EndAsync(nameof(Complete), jobs[i].Position, jobs[i].Token);
            }
            catch (HubException e)
            {
                results[i] = e.Message;
            }
        }

        return results;
    }

    public Task Retry(string queue, string position, string token, WsmqRetry? retry) => EndAsync(nameof(Retry), position, token);

    public Task Reject(string queue, string position, string token, string? reason) => EndAsync(nameof(Reject), position, token);

    public Task HandBack(string queue, string position, string token) => EndAsync(nameof(HandBack), position, token);

    public Task Extend(string queue, string position, string token) => EndAsync(nameof(Extend), position, token);

    public Task ReportProgress(string queue, string position, string token, WsmqJsonBody progress) => EndAsync(nameof(ReportProgress), position, token);

    private Task EndAsync(string method, string position, string token)
    {
        script.JobCalls.Enqueue((method, position, token));
        return script.OnJobCall(method, Context);
    }
}

internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app, Script script) => (_app, Script) = (app, script);

    public Script Script { get; }

    public Uri Url => new($"{_app.Urls.First()}/wsmq");

    public IWsmqReceiver Everyone => new Everyone(Script, _app.Services.GetRequiredService<IHubContext<ScriptedHub, IWsmqReceiver>>().Clients.All);

    public static async Task<ScriptedServer> StartAsync(int port = 0, Script? script = null, int parallel = 1)
    {
        script ??= new Script();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddSingleton(script);
        script.Parallel = parallel > 1;
        builder.Services
            .AddSignalR(o =>
            {
                (o.MaximumParallelInvocationsPerClient, o.MaximumReceiveMessageSize) = (parallel, 2 * 256 * 1024);

                // SignalR closes a connection where a stream ends while it is full, and scripts end streams.
                o.StreamBufferCapacity = 10_000;
            })
            .AddJsonProtocol(o => o.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WsmqJson.TypeInfoResolver));
        var app = builder.Build();
        app.Use(async (context, next) =>
        {
            script.Tokens.Enqueue(context.Request.Headers.Authorization.FirstOrDefault()?["Bearer ".Length..]);
            if (script.Refuse == 0)
                await next(context);
            else
                context.Response.StatusCode = script.Refuse;
        });
        app.MapHub<ScriptedHub>("/wsmq");
        await app.StartAsync();
        return new ScriptedServer(app, script);
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }
}
