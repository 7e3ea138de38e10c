namespace Wsmq;

/// <summary>Logs what a worker reports, and raises it to the app.</summary>
internal sealed class ClientJobReports(WsmqAddress queue, ClientEvents events) : IJobReports
{
    public void TypeUnknown(string type) => Log.JobTypeUnknown(events.Logger, type, queue);

    public void Unreadable(GivenJob job, Exception exception) => events.RaiseError(WsmqClientOperation.Work, exception, job.Read());

    public void Failed(GivenJob job, Exception exception) => events.RaiseError(WsmqClientOperation.Work, exception, job.Read());

    public void Lost(GivenJob job) => Log.JobLost(events.Logger, job.Lease.Job, queue);

    public void Cancelled(GivenJob job) => Log.JobCancelled(events.Logger, job.Lease.Job, queue);

    public void NotExtended(GivenJob job, Exception exception) => Log.JobNotExtended(events.Logger, exception, job.Lease.Job, queue);

    public void Late(TimeSpan by) => Log.ExtensionsLate(events.Logger, by, queue);

    public void Left(int handlers) => Log.HandlersLeft(events.Logger, handlers, queue);

    public void Unexpected(Exception exception) => Log.LoopFailed(events.Logger, exception);
}
