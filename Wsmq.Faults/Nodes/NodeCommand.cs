using System.CommandLine;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wsmq.Faults.Clients;
using Wsmq.Faults.Jobs;
using Wsmq.Faults.Workers;
using Wsmq.Server.Stores;
using Wsmq.Testing;

namespace Wsmq.Faults.Nodes;

/// <summary>The hidden command: runs one node until SIGTERM or the end of its standard input.</summary>
internal static class NodeCommand
{
    public const string Name = "node";
    public const string HubPath = "/wsmq";
    public const string ApiPath = "/wsmq-api";

    public static readonly Option<string?> Redis = new("--redis");
    public static readonly Option<string?> Sqlite = new("--sqlite");
    public static readonly Option<string?> RedisLines = new("--redis-lines");
    public static readonly Option<int> ReceiptReplicas = new("--receipt-replicas");
    public static readonly Option<int> CommandTimeout = new("--command-timeout");
    public static readonly Option<int> TailCheck = new("--tail-check");
    public static readonly Option<int> ConnectionTimeout = new("--connection-timeout");
    public static readonly Option<int> Lease = new("--lease");
    public static readonly Option<bool> Ticks = new("--ticks");
    public static readonly Option<string> Jobs = new("--jobs") { Required = true };

    public static Command Create()
    {
        var command = new Command(Name, "One node; used by the other commands.")
        {
            Redis, Sqlite, RedisLines, ReceiptReplicas, CommandTimeout, TailCheck, ConnectionTimeout, Lease, Ticks, Jobs,
        };
        command.Hidden = true;
        command.SetAction((result, _) => RunAsync(result));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result)
    {
        await using var app = Build(result);
        await app.StartAsync(CancellationToken.None);
        Console.WriteLine(app.Urls.Single());
        var stopped = app.WaitForShutdownAsync(CancellationToken.None);
        if (await Task.WhenAny(stopped, StandardInput.EndAsync()) != stopped)
            Environment.Exit(0);
        await stopped;
        return 0;
    }

    private static WebApplication Build(ParseResult result)
    {
        // The program's folder, because the content root is watched recursively for changes of the settings files.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        ProcessOutput.LogToError(builder.Logging);
        builder.Services.AddAuthentication(QueryAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, QueryAuthentication>(QueryAuthentication.SchemeName, null);
        AddWsmq(builder.Services, result);
        builder.Services.AddSingleton<NodeGauge>();
        var app = builder.Build();
        app.Services.GetRequiredService<NodeGauge>().Start();
        app.MapWsmq(HubPath);
        app.MapWsmqApi(ApiPath);
        app.MapGet(NodeState.Path, (NodeGauge gauge) => gauge.Read());
        app.MapGet(QueueState.Path, (IStore store, CancellationToken cancellationToken) => QueueState.ReadAsync(store, cancellationToken));
        app.MapGet($"{KeptState.Path}/{{address}}", KeptState.ReadAsync);
        app.MapGet($"{SeenPresence.Path}/{{address}}", SeenPresence.ReadAsync);
        app.MapGet(StoreClock.Path, (IStore store) => StoreClock.Read(store));
        app.MapPost("/groups/{group}/{user}", (string group, string user, IWsmqGroups groups) => groups.AddToGroupAsync(user, group));
        app.MapPost("/live/{target}/{id}", PushAsync);

        // For the tests of clients in browsers: nothing revokes a token in the ready host.
        app.MapPost("/revoke/{token}", (string token, IWsmqAccess access) => access.RevokeTokenAsync(token));
        app.MapPost("/disconnect/{user}", (string user, IWsmqAccess access) => access.DisconnectAsync(user));
        return app;
    }

    // As an app would: through IHubContext, which decides the route without wsmq.
    private static Task PushAsync(string target, string id, IHubContext<WsmqHub, IWsmqReceiver> hub)
    {
        var to = target.Split(':') switch
        {
            ["user", var user] => hub.Clients.User(user),
            ["group", var group] => hub.Clients.Group(group),
            _ => hub.Clients.All,
        };
        return to.Live(new WsmqLiveMessage { Type = "push", Body = WsmqJsonBody.Parse($"\"{id}\"") });
    }

    private static void AddWsmq(IServiceCollection services, ParseResult result)
    {
        var timeout = TimeSpan.FromMilliseconds(result.GetValue(ConnectionTimeout));
        var wsmq = services.AddWsmq(o =>
        {
            QueryAuthentication.Declare(o.Endpoint.AppParameters);
            o.Delivery.TailCheckInterval = TimeSpan.FromMilliseconds(result.GetValue(TailCheck));
            o.Retention.Group.MaxCount = NodeSettings.GroupMaxCount;

            // Each client of the load sends as much as many people do, and reconnects with every fault.
            o.Limits.ClassProvider = _ => WsmqLimitOptions.ServiceClass;

            // So that what a killed node had is over within the time that presence has to be right again after a fault.
            o.Nodes.Expiry = timeout + TimeSpan.FromSeconds(2);
            (o.Presence.IsEnabled, o.Presence.Grace) = (true, TimeSpan.FromSeconds(1));

            // Plain clients stay connected until the drain times out.
            o.Drain.Timeout = timeout * 2;
        });
        AddJobs(wsmq, result);
        services.Configure<HubOptions<WsmqHub>>(hub => (hub.ClientTimeoutInterval, hub.KeepAliveInterval) = (timeout, timeout / 4));
        if (result.GetValue(Redis) is { } redis)
        {
            wsmq.UseRedis(redis, o =>
            {
                (o.CommandTimeout, o.ReceiptReplicas) =
                    (TimeSpan.FromMilliseconds(result.GetValue(CommandTimeout)), result.GetValue(ReceiptReplicas));
                if (result.GetValue(RedisLines) is { } lines)
                    o.ConfigureConnection = c => c.Tunnel = LineTunnel.Parse(lines);
            });
        }
        else
        {
            wsmq.UseSqlite(result.GetValue(Sqlite));
        }
    }

    private static void AddJobs(WsmqBuilder wsmq, ParseResult result)
    {
        var lease = TimeSpan.FromMilliseconds(result.GetValue(Lease));
        wsmq.AddQueue(JobMessages.QueueName, o =>
        {
            o.Lease = lease;
            (o.MinBackoff, o.MaxBackoff) = (TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2));
        });
        wsmq.AddWorker<JobBody, AppJobHandler>(JobMessages.QueueName, o => o.Concurrency = PlainWorker.Concurrency);
        wsmq.AddWorker<FatalJob, FatalJob.Handler>(JobMessages.QueueName);
        wsmq.AddQueue(Requester.QueueName, o => o.Lease = lease);
        if (result.GetValue(Ticks))
            AddTicks(wsmq, lease);
        wsmq.Services.AddSingleton(new JobReporter(new Uri(result.GetRequiredValue(Jobs))));
        wsmq.Services.AddSingleton(p => new JobWork($"app/{Environment.ProcessId}", lease, p.GetRequiredService<JobReporter>().ReportAsync));
        wsmq.Services.AddSingleton<IWsmqAuthorizer, OpenAuthorizer>();
    }

    private static void AddTicks(WsmqBuilder wsmq, TimeSpan lease)
    {
        // Every occurrence counts: no run has as many.
        wsmq.AddRecurring(Tick.QueueName, Tick.Name, Tick.Cron, new Tick(), o => (o.Missed, o.MaxMissed) = (WsmqMissedRuns.All, 1_000));
        wsmq.AddQueue(Tick.QueueName, o => o.Lease = lease);
        wsmq.AddWorker<Tick, Tick.Handler>(Tick.QueueName);
    }
}
