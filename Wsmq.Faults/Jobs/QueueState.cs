using System.Net.Http.Json;
using Wsmq.Server.Stores;

namespace Wsmq.Faults.Jobs;

/// <summary>A job that is stored.</summary>
/// <param name="Position">Its position.</param>
/// <param name="State">Its state.</param>
/// <param name="Reason">Of a dead letter: why it is one; else null.</param>
/// <param name="LostLeases">How many leases of it were lost.</param>
/// <param name="Worker">The last worker; empty if there was none.</param>
internal sealed record QueuedJob(string Position, string State, string? Reason, int LostLeases, string Worker)
{
    public bool IsDead => State == nameof(JobState.Dead);
}

/// <summary>Everything that the queue of the load holds.</summary>
internal sealed record QueueState(IReadOnlyList<QueuedJob> Jobs)
{
    public const string Path = "/jobs";

    public int Waiting => Jobs.Count(j => !j.IsDead);

    /// <summary>Null if the node cannot read it.</summary>
    public static async Task<QueueState?> TryOfAsync(Uri node)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        using var answer = await http.GetAsync(new Uri(node, Path));
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<QueueState>() : null;
    }

    /// <summary>Called by a node.</summary>
    public static async Task<QueueState> ReadAsync(IStore store, CancellationToken cancellationToken)
    {
        var queue = WsmqAddress.Parse(JobMessages.Queue);
        List<QueuedJob> jobs = [];
        foreach (var state in Enum.GetValues<JobState>())
        {
            IReadOnlyList<StoredJob> part;
            for (long skip = 0; ; skip += part.Count)
            {
                part = await store.Jobs.ListAsync(queue, state, skip, IJobStore.MostInAStep, withContent: false, cancellationToken);
                if (part.Count == 0)
                    break;
                jobs.AddRange(part.Select(j => new QueuedJob(j.Job.ToString(), $"{j.State}", j.DeadReason?.ToString(), j.LostLeases, j.Consumer)));
            }
        }

        return new QueueState(jobs);
    }
}
