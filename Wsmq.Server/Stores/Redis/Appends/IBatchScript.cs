using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>The script that executes a batch of appends: of logs, or of work queues.</summary>
internal interface IBatchScript
{
    /// <summary>See <see cref="IAppender.WeightOf"/>.</summary>
    int WeightOf(WsmqAddress to) => 1;

    /// <summary>Runs the script. Starts to send before it returns its task.</summary>
    /// <param name="lane">The lane of all items.</param>
    /// <param name="batch">The items.</param>
    /// <param name="number">The number of the batch.</param>
    /// <param name="after">Requirement on the server's last batch number, see <see cref="AppendFence.Before"/>.</param>
    /// <param name="cancellationToken">Cancels the wait, not the call.</param>
    Task<BatchReply> RunAsync(RedisLane lane, IReadOnlyList<AppendRequest> batch, long number, long after, CancellationToken cancellationToken);
}

/// <summary>What a batch has led to.</summary>
/// <param name="Results">One for each item.</param>
/// <param name="Decided">
/// To be called, if there is one, with whether the server was the primary: only then jobs that were taken with the batch are given out.
/// </param>
internal readonly record struct BatchReply(AppendResult[] Results, Action<bool>? Decided = null);
