using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>wsmq with its default options, on either store, for users of the class of services; only what a connection may send can be set.</summary>
internal static class WsmqNode
{
    public const string HubPath = "/wsmq";
    private const int ParallelJoins = 64;

    public static Action<WebApplication> Add(IServiceCollection services, string? redis, string? sqlite, WsmqSqliteDurability durability, int? sendsPerSecond)
    {
        services.AddSingleton<IWsmqAuthorizer, OpenAuthorizer>();
        var wsmq = services.AddWsmq(options =>
        {
            // What people may send is far below what is measured.
            var service = options.Limits.Classes[WsmqLimitOptions.ServiceClass];
            options.Limits.ClassOf = _ => WsmqLimitOptions.ServiceClass;
            if (sendsPerSecond is { } limit)
                (service.SendsPerSecond, service.SendBurst) = (limit, limit);
        });
        if (redis is not null)
            wsmq.UseRedis(redis);
        else
            wsmq.UseSqlite(sqlite, options => options.Durability = durability);
        return app =>
        {
            app.MapWsmq(HubPath);
            app.MapPost("/groups/{group}", AddMembersAsync);
        };
    }

    /// <summary>Asks a node to put the users with a prefix and the numbers below <paramref name="count"/> into a group.</summary>
    public static async Task JoinAsync(Uri node, string group, string prefix, int count)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        var query = string.Create(CultureInfo.InvariantCulture, $"/groups/{group}?prefix={prefix}&count={count}");
        using var answer = await http.PostAsync(new Uri(node, query), content: null);
        answer.EnsureSuccessStatusCode();
    }

    private static Task AddMembersAsync(string group, string prefix, int count, IWsmqGroups groups) => Parallel.ForEachAsync(
        Enumerable.Range(0, count),
        new ParallelOptions { MaxDegreeOfParallelism = ParallelJoins },
        async (number, cancellationToken) =>
            await groups.AddAsync(group, prefix + number.ToString(CultureInfo.InvariantCulture), cancellationToken));
}

/// <summary>Everybody may send everywhere, as at the stock peer: a few senders outside of the group can fill it.</summary>
internal sealed class OpenAuthorizer : IWsmqAuthorizer
{
    public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(true);

    public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);
}
