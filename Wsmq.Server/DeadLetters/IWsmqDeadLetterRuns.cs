namespace Wsmq;

/// <summary>
/// Runs that replay or remove all dead letters that match. A run belongs to the deployment: it is stored, one node after the other carries it
/// out, and another one continues it when its node ends (<see cref="WsmqDeadLetterOptions.RunLease"/>). All methods may throw
/// <see cref="WsmqException"/> with <c>store-unavailable</c>, and with <c>stopping</c> on a node that stops.
/// </summary>
public interface IWsmqDeadLetterRuns
{
    /// <summary>
    /// Starts a run, unless there is one with the same id. Dead letters that are added after
    /// <see cref="WsmqDeadLetterRunRequest.Until"/> are left alone. Each is replayed at most once, as by
    /// <see cref="IWsmqDeadLetters.ReplayAsync"/>; docs/guarantees.md states the limit of that.
    /// </summary>
    /// <param name="request">What to do.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <returns>The run with this id: the new one, or the one that exists, whatever it does.</returns>
    /// <exception cref="WsmqException">
    /// <c>invalid-message</c>: the id or the rate is not valid; <c>store-full</c>: <see cref="WsmqDeadLetterOptions.MaxRuns"/> runs are in
    /// progress.
    /// </exception>
    Task<WsmqDeadLetterRun> StartAsync(WsmqDeadLetterRunRequest request, CancellationToken cancellationToken = default);

    /// <summary>The stored runs, the newest first.</summary>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    Task<IReadOnlyList<WsmqDeadLetterRun>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>One run; null if it is not stored.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    Task<WsmqDeadLetterRun?> FindAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stops a run: its node handles the dead letters that it has begun with, and no others. A run that has ended stays as it is.
    /// </summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <returns>The run; null if it is not stored.</returns>
    Task<WsmqDeadLetterRun?> StopAsync(string id, CancellationToken cancellationToken = default);
}

/// <summary>What a run does with dead letters.</summary>
public enum WsmqDeadLetterAction
{
    /// <summary>Replays them.</summary>
    Replay = 0,

    /// <summary>Removes them.</summary>
    Remove = 1,
}

/// <summary>The state of a run.</summary>
public enum WsmqDeadLetterRunState
{
    /// <summary>It is carried out, or will be once a node has taken it.</summary>
    Running = 0,

    /// <summary>It has handled everything that matched.</summary>
    Done = 1,

    /// <summary>It was stopped.</summary>
    Stopped = 2,

    /// <summary>It cannot go on: see <see cref="WsmqDeadLetterRun.Error"/>.</summary>
    Failed = 3,
}

/// <summary>A run to start.</summary>
public sealed class WsmqDeadLetterRunRequest
{
    /// <summary>Chosen by the caller, so that a call that is repeated starts no second run: 1 to 128 bytes.</summary>
    public required string Id { get; init; }

    /// <summary>What to do.</summary>
    public required WsmqDeadLetterAction Action { get; init; }

    /// <summary>Which dead letters are meant.</summary>
    public required WsmqDeadLetterQuery Query { get; init; }

    /// <summary>Only those that were dead-lettered before this time, mostly that of a count. Null for now.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>At most so many per second. Default 100; 1 to <see cref="WsmqDeadLetterOptions.MaxRunRate"/>.</summary>
    public int PerSecond { get; init; } = 100;

    /// <summary>Who starts it, for those who look at it later.</summary>
    public string? StartedBy { get; init; }
}

/// <summary>A run over dead letters.</summary>
public sealed class WsmqDeadLetterRun
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>What it does.</summary>
    public required WsmqDeadLetterAction Action { get; init; }

    /// <summary>Which dead letters are meant.</summary>
    public required WsmqDeadLetterQuery Query { get; init; }

    /// <summary>Only those that were dead-lettered before this time.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>At most so many per second.</summary>
    public required int PerSecond { get; init; }

    /// <summary>Its state.</summary>
    public required WsmqDeadLetterRunState State { get; init; }

    /// <summary>
    /// How many dead letters matched when it started; so far, while <see cref="IsCounted"/> is false. It counts them before it begins with them.
    /// </summary>
    public required long Total { get; init; }

    /// <summary>Whether <see cref="Total"/> is complete.</summary>
    public bool IsCounted { get; init; } = true;

    /// <summary>How many it has replayed or removed.</summary>
    public required long Done { get; init; }

    /// <summary>How many it could not replay; they are still dead letters.</summary>
    public required long Failed { get; init; }

    /// <summary>How many somebody else had replayed or removed before.</summary>
    public required long Gone { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Who has started it; null if the app has not said.</summary>
    public string? StartedBy { get; init; }

    /// <summary>The code of the last error; of an unexpected one, the type of its exception.</summary>
    public string? Error { get; init; }
}
