using System.Text.Json;
using Wsmq;

namespace Devices;

/// <summary>Commands with an answer: requests, which a device gets while it is connected, or not at all.</summary>
internal sealed class Commands(IWsmqRequests requests)
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(5);
    private static readonly JsonElement Empty = JsonSerializer.SerializeToElement(new { });
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    /// <summary>Returns what the device answers.</summary>
    /// <exception cref="WsmqException">There is no answer; the codes are in <see cref="Problems"/>.</exception>
    /// <exception cref="JsonException">The command lacks something.</exception>
    public async Task<IResult> SendAsync(string device, string name, JsonElement? body, TimeSpan? timeout, CancellationToken cancellationToken) =>
        CommandOf(name, body ?? Empty) is { } command
            ? Results.Ok(await requests.RequestAsync<JsonElement>(WsmqAddress.User(device), command, timeout ?? Usual, cancellationToken))
            : Problems.Of(StatusCodes.Status404NotFound, "unknown-command", "There is no such command.");

    private static object? CommandOf(string name, JsonElement body) => name switch
    {
        "measure" => new Measure(),
        "set-target" => body.Deserialize<SetTarget>(Web),
        "calibrate" => body.Deserialize<Calibrate>(Web),
        _ => null,
    };
}
