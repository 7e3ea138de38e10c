using System.Globalization;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>
/// wsmq with its default options, on either store, with all users in the limit class of services. Only the send rate, the number of
/// buckets and presence can be set.
/// </summary>
internal static class DurableNode
{
    public const string HubPath = "/wsmq";
    public const string ApiPath = "/wsmq-api";

    /// <summary>Reads what is posted and answers: what a request costs without wsmq.</summary>
    public const string ReceivePath = "/receive";

    /// <summary>The work queue of every node.</summary>
    public const string Queue = "jobs";

    private const string CompletedPath = "/completed";
    private const int ParallelJoins = 64;

    public static Action<WebApplication> Add(
        IServiceCollection services, string? redis, string? sqlite, WsmqSqliteDurability durability, int? sendsPerSecond, int? buckets,
        bool presence = false)
    {
        services.AddSingleton<IWsmqAuthorizer, OpenAuthorizer>();
        var wsmq = services.AddWsmq(options =>
        {
            QueryAuthentication.Declare(options.Endpoint.AppParameters);

            options.Presence.IsEnabled = presence;

            // The default limits suit people, and are far below what is measured.
            var service = options.Limits.Classes[WsmqLimitOptions.ServiceClass];
            options.Limits.ClassProvider = _ => WsmqLimitOptions.ServiceClass;
            if (sendsPerSecond is { } limit)
                (service.ConnectionSendsPerSecond, service.ConnectionSendBurst) = (limit, limit);
        });
        if (redis is not null)
            wsmq.UseRedis(redis, options => options.Buckets = buckets ?? options.Buckets);
        else
            wsmq.UseSqlite(sqlite, options => options.Durability = durability);
        wsmq.AddQueue(Queue);
        return app =>
        {
            app.MapWsmq(HubPath);
            app.MapWsmqApi(ApiPath);
            app.MapHub<FloorHub>(FloorHub.Path).RequireAuthorization();
            app.MapGet(CompletedPath, async (IStore store) => (await store.Jobs.InfoAsync(WsmqAddress.Work(Queue), default)).Totals.Completed);
            app.MapPost("/groups/{group}", AddMembersAsync);
            app.MapBursts();
            app.MapDelayed();
            app.MapPost(ReceivePath, ReceiveAsync).RequireAuthorization();
        };
    }

    /// <summary>Makes a node add as many users with this prefix and a number, from <paramref name="first"/> on, to a group.</summary>
    public static async Task JoinAsync(Uri node, string group, string prefix, int count, int first = 0)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        var query = string.Create(CultureInfo.InvariantCulture, $"/groups/{group}?prefix={prefix}&first={first}&count={count}");
        using var answer = await http.PostAsync(new Uri(node, query), content: null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>How many jobs of <see cref="Queue"/> the store has seen completed.</summary>
    public static async Task<long> CompletedAsync(Uri node)
    {
        using var http = new HttpClient();
        return await http.GetFromJsonAsync<long>(new Uri(node, CompletedPath));
    }

    private static async Task ReceiveAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    private static Task AddMembersAsync(string group, string prefix, int first, int count, IWsmqGroups groups) => Parallel.ForEachAsync(
        Enumerable.Range(first, count),
        new ParallelOptions { MaxDegreeOfParallelism = ParallelJoins },
        async (number, cancellationToken) =>
            await groups.AddToGroupAsync(prefix + number.ToString(CultureInfo.InvariantCulture), group, cancellationToken));
}

/// <summary>
/// Lets every user send to every address, as with stock: a few senders outside the group can load it. And work on every queue, watch
/// everybody's presence, and administer everything.
/// </summary>
internal sealed class OpenAuthorizer : IWsmqAuthorizer
{
    public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(true);

    public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

    public ValueTask<bool> CanWorkAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(true);

    public ValueTask<bool?> CanSeePresenceAsync(WsmqCaller caller, WsmqAddress address, CancellationToken cancellationToken) => new((bool?)true);

    public ValueTask<bool> CanAdministerAsync(WsmqCaller caller, WsmqAction action, WsmqAddress? target, CancellationToken cancellationToken) =>
        new(true);
}
