using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Schedules;

/// <summary>What tests of recurring jobs share.</summary>
internal static class RecurringJobs
{
    public const string Queue = "reports";

    public static readonly WsmqAddress Address = WsmqAddress.Work(Queue);

    /// <summary>The occurrences of which the queue has jobs, in the order of the jobs.</summary>
    public static async Task<IReadOnlyList<DateTimeOffset>> OccurrencesAsync(IStore store, string schedule) =>
        [.. (await JobsAsync(store)).Where(j => j.Schedule == schedule).Select(j => j.Occurrence)];

    /// <summary>The jobs in the queue that are ready, in their order.</summary>
    public static async Task<IReadOnlyList<(string Schedule, DateTimeOffset Occurrence, string Body)>> JobsAsync(IStore store)
    {
        var jobs = new List<(string, DateTimeOffset, string)>();
        for (var left = true; left;)
        {
            var part = await store.Jobs.ListAsync(Address, JobState.Ready, jobs.Count, IJobStore.MostInAStep, withContent: true, default);
            foreach (var (metadata, body) in part.Select(j => j.Content!.Value))
            {
                var headers = JsonDocument.Parse(metadata).RootElement.GetProperty("headers");
                jobs.Add((
                    headers.GetProperty(WsmqJobHeaders.Schedule).GetString()!,
                    DateTimeOffset.Parse(headers.GetProperty(WsmqJobHeaders.Occurrence).GetString()!, CultureInfo.InvariantCulture),
                    System.Text.Encoding.UTF8.GetString(body.Span)));
            }

            left = part.Count == IJobStore.MostInAStep;
        }

        return jobs;
    }

    public static IStore StoreOf(TestNode node) => node.Services.GetRequiredService<IStore>();
}

public sealed record BuildReport(string Kind);

/// <summary>Its body cannot be serialized.</summary>
public sealed class Unserializable
{
    public string Value => throw new NotSupportedException("no JSON");
}
