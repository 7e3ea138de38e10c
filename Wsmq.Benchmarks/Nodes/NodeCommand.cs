using System.CommandLine;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>The hidden command: runs one node of either peer until standard input ends.</summary>
internal static class NodeCommand
{
    public const string Name = "node";
    public const string Stock = "stock";
    public const string Wsmq = "wsmq";
    public const string RedisOption = "--redis";
    public const string SqliteOption = "--sqlite";
    public const string DurabilityOption = "--durability";
    public const string SendsPerSecondOption = "--sends-per-second";
    public const string BucketsOption = "--buckets";
    public const string PresenceOption = "--presence";

    // The same as in runtimeconfig.template.json, because a value in the caller's environment would take precedence.
    private static readonly Dictionary<string, string> Settings = new() { ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0" };

    /// <summary>How to start a node with these arguments.</summary>
    public static NodeStart StartOf(params string[] arguments) =>
        new(typeof(NodeCommand).Assembly, [Name, .. arguments]) { Environment = Settings };

    public static Command Create()
    {
        var peer = new Argument<string>("peer");
        peer.AcceptOnlyFromAmong(Stock, Wsmq);
        var redis = new Option<string?>(RedisOption);
        var sqlite = new Option<string?>(SqliteOption);
        var durability = new Option<WsmqSqliteDurability>(DurabilityOption);
        var sends = new Option<int?>(SendsPerSecondOption);
        var buckets = new Option<int?>(BucketsOption);
        var presence = new Option<bool>(PresenceOption);
        var port = new Option<int>("--port");
        var command = new Command(Name, "One node of a peer; used by the other commands.")
        {
            peer, redis, sqlite, durability, sends, buckets, presence, port,
        };
        command.Hidden = true;
        command.SetAction(async (result, _) =>
        {
            var builder = CreateBuilder(result.GetValue(port));
            var map = result.GetRequiredValue(peer) == Stock
                ? StockNode.Add(builder.Services, result.GetRequiredValue(redis)!)
                : DurableNode.Add(
                    builder.Services, result.GetValue(redis), result.GetValue(sqlite), result.GetValue(durability), result.GetValue(sends),
                    result.GetValue(buckets), result.GetValue(presence));
            await using var app = builder.Build();
            map(app);
            app.MapMemory();
            app.MapCompiler();
            await app.StartAsync(CancellationToken.None);
            Console.WriteLine(app.Urls.Single());
            await StandardInput.EndAsync();

            // Exit without closing thousands of connections: the run is over, and nothing of it is kept.
            Environment.Exit(0);
        });
        return command;
    }

    public static WebApplicationBuilder CreateBuilder(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");

        // Standard output carries only the address.
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddAuthentication(QueryAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, QueryAuthentication>(QueryAuthentication.SchemeName, null);
        builder.Services.AddAuthorization();
        return builder;
    }
}
