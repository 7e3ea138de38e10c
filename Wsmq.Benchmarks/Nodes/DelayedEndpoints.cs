using System.Globalization;
using Microsoft.AspNetCore.Builder;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>Messages that are due later: which, to how many users, and when.</summary>
/// <param name="Users">The number of users, who get them in turns; 0 for jobs of <see cref="DurableNode.Queue"/>.</param>
/// <param name="First">When the first one is due, in ms since 1970.</param>
/// <param name="Within">The time in which all of them are due, in ms.</param>
/// <param name="Messages">Their number.</param>
internal sealed record DelayedPlan(int Users, long First, int Within, int Messages)
{
    public static string UserOf(int number) => "d" + number.ToString(CultureInfo.InvariantCulture);

    public WsmqAddress AddressOf(int message) =>
        Users == 0 ? WsmqAddress.Work(DurableNode.Queue) : WsmqAddress.User(UserOf(message % Users));

    public long DueAt(int message) => First + ((long)message * Within / Messages);
}

/// <summary>The body of such a message: its number, and when it is due, in ms since 1970.</summary>
[WsmqMessageType("delayed")]
internal sealed record DelayedBody(int Number, long Due);

/// <summary>Lets the app of a node send messages that are due later.</summary>
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
        To = plan.AddressOf(number).ToString(),
        Type = WsmqMessageTypeAttribute.NameOf(typeof(DelayedBody)),
        Body = WsmqJsonBody.From(new DelayedBody(number, plan.DueAt(number))),
        NotBefore = DateTimeOffset.FromUnixTimeMilliseconds(plan.DueAt(number)),
    };
}
