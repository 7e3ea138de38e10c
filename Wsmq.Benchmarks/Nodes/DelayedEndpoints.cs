using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>Messages that are due later: which, to how many users, and when.</summary>
/// <param name="Users">The number of users, who get them in turns.</param>
/// <param name="First">When the first one is due, in ms since 1970.</param>
/// <param name="Within">The time in which all of them are due, in ms.</param>
/// <param name="Messages">Their number.</param>
internal sealed record DelayedPlan(int Users, long First, int Within, int Messages)
{
    public static string UserOf(int number) => "d" + number.ToString(CultureInfo.InvariantCulture);

    public long DueAt(int message) => First + ((long)message * Within / Messages);
}

/// <summary>Lets the app of a node send messages that are due later. The body of each is its number and when it is due.</summary>
internal static class DelayedEndpoints
{
    private const string Path = "/delayed";
    private const int Together = 1_000;

    public static void MapDelayed(this WebApplication app) => app.MapPost(Path, PublishAsync);

    /// <summary>Makes a node send some of the messages.</summary>
    public static async Task SendAsync(Uri node, DelayedPlan plan, int from, int count)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(10) };
        var query = string.Create(
            CultureInfo.InvariantCulture,
            $"{Path}?users={plan.Users}&first={plan.First}&within={plan.Within}&messages={plan.Messages}&from={from}&count={count}");
        using var answer = await http.PostAsync(new Uri(node, query), content: null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The number of a message and when it is due, in ms since 1970.</summary>
    public static (int Number, long Due) Read(ReadOnlyMemory<byte> body)
    {
        using var json = JsonDocument.Parse(body);
        return (json.RootElement[0].GetInt32(), json.RootElement[1].GetInt64());
    }

    private static async Task PublishAsync(int users, long first, int within, int messages, int from, int count, IWsmqPublisher wsmq)
    {
        var plan = new DelayedPlan(users, first, within, messages);
        foreach (var numbers in Enumerable.Range(from, count).Chunk(Together))
        {
            foreach (var result in await wsmq.SendManyAsync([.. numbers.Select(n => New(plan, n))]))
            {
                if (result.Exception is not null)
                    throw result.Exception;
            }
        }
    }

    private static WsmqOutgoingMessage New(DelayedPlan plan, int number) => new()
    {
        To = WsmqAddress.User(DelayedPlan.UserOf(number % plan.Users)).ToString(),
        Type = "d",
        Body = WsmqJsonBody.Parse(string.Create(CultureInfo.InvariantCulture, $"[{number},{plan.DueAt(number)}]")),
        NotBefore = DateTimeOffset.FromUnixTimeMilliseconds(plan.DueAt(number)),
    };
}
