using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wsmq.Server.Draining;

/// <summary>Healthy until the node begins to stop, so that a load balancer then sends it no new clients.</summary>
internal sealed class DrainHealthCheck(DrainState state) : IHealthCheck
{
    public const string Name = "wsmq-drain";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(state.IsStopping
            ? new HealthCheckResult(context.Registration.FailureStatus, "The node is stopping.")
            : HealthCheckResult.Healthy());
}
