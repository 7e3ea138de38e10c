namespace Wsmq;

/// <summary>
/// Handles the jobs of one type in this process: register it with <see cref="WsmqBuilder.AddWorker"/>. Each job has an instance and a service
/// scope of its own.
/// </summary>
/// <typeparam name="T">The type of the body. It selects jobs by its wire name: see <see cref="WsmqMessageTypeAttribute.NameOf"/>.</typeparam>
public interface IWsmqJobHandler<T>
{
    /// <summary>Handles a job: see <see cref="WsmqJob{T}"/> for what returning and throwing mean.</summary>
    /// <param name="job">The job.</param>
    /// <param name="cancellationToken">
    /// Is cancelled when the lease is lost, when the job is cancelled, and when the worker has to end: stop at once, the job is given to a
    /// worker again, or has ended.
    /// </param>
    Task HandleAsync(WsmqJob<T> job, CancellationToken cancellationToken);
}
