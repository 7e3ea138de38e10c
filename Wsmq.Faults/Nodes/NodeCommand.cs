using System.CommandLine;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wsmq.Testing;

namespace Wsmq.Faults.Nodes;

/// <summary>The hidden command: runs one node until SIGTERM or the end of its standard input.</summary>
internal static class NodeCommand
{
    public const string Name = "node";
    public const string HubPath = "/wsmq";

    public static readonly Option<string?> Redis = new("--redis");
    public static readonly Option<string?> Sqlite = new("--sqlite");
    public static readonly Option<string?> RedisLines = new("--redis-lines");
    public static readonly Option<int> ReceiptReplicas = new("--receipt-replicas");
    public static readonly Option<int> CommandTimeout = new("--command-timeout");
    public static readonly Option<int> TailCheck = new("--tail-check");
    public static readonly Option<int> ConnectionTimeout = new("--connection-timeout");

    public static Command Create()
    {
        var command = new Command(Name, "One node; used by the other commands.") { Redis, Sqlite, RedisLines, ReceiptReplicas, CommandTimeout, TailCheck, ConnectionTimeout };
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
        if (await Task.WhenAny(stopped, EndOfInputAsync()) != stopped)
            Environment.Exit(0);
        await stopped;
        return 0;
    }

    private static WebApplication Build(ParseResult result)
    {
        // The program's folder, because the content root is watched recursively for changes of the settings files.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls("http://127.0.0.1:0");

        // Standard output carries only the address.
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning)
            .AddSimpleConsole(c => (c.SingleLine, c.TimestampFormat) = (true, "HH:mm:ss.fff "));
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(c => c.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddAuthentication(QueryAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, QueryAuthentication>(QueryAuthentication.SchemeName, null);
        AddWsmq(builder.Services, result);
        builder.Services.AddSingleton<NodeGauge>();
        var app = builder.Build();
        app.Services.GetRequiredService<NodeGauge>().Start();
        app.MapWsmq(HubPath);
        app.MapGet(NodeState.Path, (NodeGauge gauge) => gauge.Read());
        app.MapPost("/groups/{group}/{user}", (string group, string user, IWsmqGroups groups) => groups.AddToGroupAsync(user, group));
        app.MapPost("/live/{target}/{id}", PushAsync);
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
            o.Delivery.TailCheckInterval = TimeSpan.FromMilliseconds(result.GetValue(TailCheck));
            o.Retention.Group.MaxCount = NodeSettings.GroupMaxCount;

            // Each client of the load sends as much as many people do, and reconnects with every fault.
            o.Limits.ClassProvider = _ => WsmqLimitOptions.ServiceClass;

            // Plain clients stay connected until the drain times out.
            o.Drain.Timeout = timeout * 2;
        });
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

    private static async Task EndOfInputAsync()
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[64];
        while (await input.ReadAsync(buffer) > 0)
        {
        }
    }
}
