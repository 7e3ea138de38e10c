using Microsoft.Extensions.Hosting;
using Wsmq.Faults.Jobs;

namespace Wsmq.Faults.Workers;

/// <summary>The handler of the worker that each node runs in its own process.</summary>
internal sealed class AppJobHandler(JobWork work, IHostApplicationLifetime lifetime) : IWsmqJobHandler<JobBody>
{
    public Task HandleAsync(WsmqJob<JobBody> job, CancellationToken cancellationToken) =>
        work.HandleAsync(job, cancellationToken, lifetime.ApplicationStopping);
}
