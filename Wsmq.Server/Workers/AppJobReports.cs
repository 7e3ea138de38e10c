using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Workers;

/// <summary>Logs what a worker of the app reports.</summary>
internal sealed class AppJobReports(WsmqAddress queue, ILogger logger) : IJobReports
{
    public void TypeUnknown(string type) => Log.JobTypeUnknown(logger, type, queue.ToString());

    public void Unreadable(GivenJob job, Exception exception) => Log.JobUnreadable(logger, exception, job.Lease.Job.ToString(), queue.ToString());

    public void Failed(GivenJob job, Exception exception) =>
        Log.JobFailed(logger, exception, job.Lease.Job.ToString(), queue.ToString(), job.Attempt);

    public void Lost(GivenJob job) => Log.JobLostHere(logger, job.Lease.Job.ToString(), queue.ToString());

    public void Cancelled(GivenJob job) => Log.JobCancelledHere(logger, job.Lease.Job.ToString(), queue.ToString());

    public void NotExtended(GivenJob job, Exception exception) =>
        Log.JobNotExtended(logger, exception, job.Lease.Job.ToString(), queue.ToString());

    public void Late(TimeSpan by) => Log.ExtensionsLate(logger, by, queue.ToString());

    public void Left(int handlers) => Log.HandlersLeft(logger, handlers, queue.ToString());

    public void Unexpected(Exception exception) => Log.LoopFailed(logger, exception);
}
