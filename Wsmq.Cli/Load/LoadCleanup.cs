using Wsmq.Cli.Http;

namespace Wsmq.Cli.Load;

/// <summary>Removes what a load has left, as far as the user may, and says what remains.</summary>
internal static class LoadCleanup
{
    private const string UsualDevice = "default";

    /// <param name="api">The API.</param>
    /// <param name="settings">What the load did.</param>
    /// <param name="user">The user of all connections; null: each had its own.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task<IReadOnlyList<string>> RunAsync(ApiClient api, LoadSettings settings, string? user, CancellationToken stop)
    {
        var remains = new List<string>
        {
            settings.To is { } to
                ? $"the messages of the type {LoadMessage.Type} in {to}, until its retention removes them"
                : $"the logs of user:{LoadSettings.Prefix}-r…, whose messages are acknowledged, until their retention removes them",
        };
        try
        {
            foreach (var name in settings.Names)
                await api.RemoveDeviceAsync(settings.To is null ? name : user ?? throw NobodyKnown(),
                    settings.To is null ? UsualDevice : name, stop);
        }
        catch (Exception e) when (e is WsmqException or CliFailure)
        {
            var devices = settings.To is null ? $"the devices {UsualDevice} of the users" : "the devices";
            remains.Add($"{devices} {LoadSettings.Prefix}-…, which the next load uses again; they could not be removed: {e.Message}");
        }

        return remains;
    }

    private static CliFailure NobodyKnown() => new(ExitCodes.Refused, "the user of the token is not known here");
}
