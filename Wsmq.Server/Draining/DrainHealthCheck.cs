using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wsmq.Server.Draining;

/// <summary>Ready until the node is told to stop: a load balancer is to send nobody more.</summary>
internal sealed class DrainHealthCheck(DrainState state) : IHealthCheck
{
    public const string Name = "wsmq-drain";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(state.IsStopping
            ? new HealthCheckResult(context.Registration.FailureStatus, "The node is stopping.")
            : HealthCheckResult.Healthy());
}
