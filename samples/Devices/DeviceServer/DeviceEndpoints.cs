using System.Text.Json;
using Wsmq;

namespace Devices;

/// <summary>What operators do with devices.</summary>
internal static class DeviceEndpoints
{
    public static void MapDevices(this IEndpointRouteBuilder app)
    {
        var device = app.MapGroup("/devices/{id}").RequireAuthorization(DemoTokens.Operator).AddEndpointFilter(Problems.FilterAsync);

        // Now, or not at all: returns the answer.
        device.MapPost("commands/{name}", (string id, string name, int? timeoutMs, JsonElement? body, Commands commands, CancellationToken cancellationToken) =>
            commands.SendAsync(id, name, body, timeoutMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null, cancellationToken));

        // Whenever the device is there next. The newest configuration stays stored, however long that takes.
        device.MapPut("configuration", async (string id, Configuration configuration, IWsmqPublisher wsmq, CancellationToken cancellationToken) =>
            configuration.ReportEverySeconds < 1
                ? Problems.Of(StatusCodes.Status400BadRequest, "invalid-configuration", "A device reports once a second at most.")
                : Results.Ok(await wsmq.SendAsync(
                    WsmqAddress.User(id), configuration, new WsmqSendOptions { StateKey = "configuration" }, cancellationToken)));

        // Within a time, or never.
        device.MapPost("notices", (string id, int withinMs, Notice notice, IWsmqPublisher wsmq, CancellationToken cancellationToken) =>
            wsmq.SendAsync(WsmqAddress.User(id), notice, new WsmqSendOptions { TimeToLive = TimeSpan.FromMilliseconds(withinMs) }, cancellationToken));

        device.MapGet("", async (string id, IWsmqPresence presence, Telemetry telemetry, CancellationToken cancellationToken) =>
        {
            var now = (await presence.GetAsync([id], cancellationToken))[0];
            return new { now.Status, now.LastSeen, telemetry.LastOf(id)?.Reading, telemetry.LastOf(id)?.At };
        });
    }
}
