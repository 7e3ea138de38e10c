using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace Wsmq.Host.Diagnostics;

/// <summary>The two probes of an orchestrator: liveness (the process runs) and readiness (it may receive traffic).</summary>
internal static class HealthEndpoints
{
    // The tag that AddWsmq puts on its health check of the store.
    private const string Ready = "ready";

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready) }).AllowAnonymous();
    }
}
