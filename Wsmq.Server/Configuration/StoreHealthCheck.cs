using Microsoft.Extensions.Diagnostics.HealthChecks;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Configuration;

/// <summary>Ready while the store answers.</summary>
internal sealed class StoreHealthCheck(IStore store) : IHealthCheck
{
    public const string Name = "wsmq-store";
    public const string ReadyTag = "ready";

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await store.IsAvailableAsync(cancellationToken)
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus, "The store does not answer.");
}
