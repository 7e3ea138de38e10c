using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace Wsmq.Host.Diagnostics;

/// <summary>Two questions of an orchestrator: is the process alive, and may traffic come in.</summary>
internal static class HealthEndpoints
{
    // AddWsmq tags its check of the store with it.
    private const string Ready = "ready";

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready) }).AllowAnonymous();
    }
}
