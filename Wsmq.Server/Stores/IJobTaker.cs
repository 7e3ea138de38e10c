namespace Wsmq.Server.Stores;

/// <summary>
/// Takes jobs of a queue in calls that store some: a job that a consumer of the same node waits for needs no signal, and no call of its own.
/// </summary>
internal interface IJobTaker
{
    /// <summary>
    /// Jobs of the queue are about to be stored. Returns what to take with them; null if nothing. Called by any thread; must not block.
    /// </summary>
    /// <param name="jobs">How many jobs are about to be stored.</param>
    JobTake? Begin(int jobs);
}

/// <summary>Jobs that are taken in a call that stores some.</summary>
/// <param name="request">For whom.</param>
/// <param name="rules">The options of the queue.</param>
/// <param name="ended">Called with the result; with null if nothing was taken, or if the result is not known.</param>
/// <param name="unavailable">Called before it if the store did not answer.</param>
internal sealed class JobTake(TakeRequest request, QueueRules rules, Action<TakenJobs?> ended, Action unavailable)
{
    public TakeRequest Request => request;

    public QueueRules Rules => rules;

    /// <summary>The call has its answer. Either this or <see cref="Fail"/> is to be called, once.</summary>
    public void End(TakenJobs? result) => ended(result);

    /// <summary>The store has not answered.</summary>
    public void Fail()
    {
        unavailable();
        ended(null);
    }
}
