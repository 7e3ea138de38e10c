using Microsoft.Extensions.Diagnostics.HealthChecks;
using Wsmq.Server.Lifecycle;

namespace Wsmq.Server.Hosting;

/// <summary>Healthy until the node begins to stop, so that a load balancer then sends it no new clients.</summary>
internal sealed class DrainHealthCheck(DrainState state) : IHealthCheck
{
    public const string Name = "wsmq-drain";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(state.IsStopping
            ? new HealthCheckResult(context.Registration.FailureStatus, "The node is stopping.")
            : HealthCheckResult.Healthy());
}
