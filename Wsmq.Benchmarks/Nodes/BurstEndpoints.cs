using System.Globalization;
using Microsoft.AspNetCore.Builder;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>What the app of a node publishes by itself.</summary>
internal static class BurstEndpoints
{
    private const string Path = "/bursts";

    public static void MapBursts(this WebApplication app) => app.MapPost(Path + "/{address}", PublishAsync);

    /// <summary>Makes a node publish to an address, or, if it ends with *, to as many addresses with a number in its place, all at once.</summary>
    public static async Task BurstAsync(Uri node, string address, int count)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        var query = string.Create(CultureInfo.InvariantCulture, $"{Path}/{Uri.EscapeDataString(address)}?count={count}");
        using var answer = await http.PostAsync(new Uri(node, query), content: null);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task PublishAsync(string address, int count, IWsmqPublisher wsmq)
    {
        var messages = new WsmqOutgoingMessage[count];
        for (var i = 0; i < count; i++)
        {
            var to = address.Replace("*", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            messages[i] = new WsmqOutgoingMessage { To = to, Type = "b", Body = WsmqJsonBody.Parse("\"burst\"") };
        }

        foreach (var result in await wsmq.SendManyAsync(messages))
        {
            if (result.Exception is not null)
                throw result.Exception;
        }
    }
}
