using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq.Tests.Client;

/// <summary>What the server of a scenario answers and calls, from the short form that the scenario has.</summary>
internal static class ScenarioWire
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(WsmqJson.TypeInfoResolver, new DefaultJsonTypeInfoResolver()),
    };

    public static string NameOf(WsmqPresenceStatus status) => status == WsmqPresenceStatus.Offline ? "offline" : "online";

    public static string NameOf(WsmqDeliveryState state) => JsonSerializer.Serialize(state, Json).Trim('"');

    public static WsmqJsonBody BodyOf(string text) => WsmqJsonBody.Parse($"\"{text}\"");

    public static string TextOf(WsmqJsonBody? body) => body!.Value.ToString().Trim('"');

    public static WsmqPresenceState PresenceOf(string address, JsonElement state)
    {
        WsmqUserPresence[] members = [.. state.GetProperty("members").EnumerateArray().Select(user => Here(user.GetString()!))];
        return new WsmqPresenceState
        {
            Address = WsmqAddress.Parse(address), Version = state.GetProperty("version").GetInt64(), Online = members.Length, Away = 0, Members = members,
        };
    }

    public static WsmqPresenceChange ChangeOf(string address, JsonElement change) => new()
    {
        Address = WsmqAddress.Parse(address), Version = change.GetProperty("version").GetInt64(), Online = 0, Away = 0,
        Changes = change.TryGetProperty("came", out var came) ? [Came(came.GetString()!)] : null,
        Error = change.TryGetProperty("error", out var error) ? error.GetString() : null,
    };

    public static WsmqIncomingRequest RequestOf(JsonElement call) => new()
    {
        Id = call.GetProperty("request").GetString()!, To = Entry.Alice, Type = nameof(Line), Body = BodyOf(call.GetProperty("body").GetString()!),
        Timeout = 60_000,
    };

    public static WsmqHistoryPage PageOf(JsonElement page) => new()
    {
        Entries = [.. page.GetProperty("entries").EnumerateArray().Select(at => Entry.Chat(at.GetInt64()))],
        Next = page.TryGetProperty("next", out var next) ? new WsmqPosition(next.GetInt64()) : null, Tail = new WsmqPosition(99),
    };

    private static WsmqUserPresenceChange Came(string user) => new()
    {
        Before = new WsmqUserPresence { User = user, Status = WsmqPresenceStatus.Offline }, After = Here(user),
    };

    private static WsmqUserPresence Here(string user) => new()
    {
        User = user, Status = WsmqPresenceStatus.Online,
        Devices = [new() { Device = "web", Since = DateTimeOffset.UnixEpoch, Status = WsmqPresenceStatus.Online }],
    };
}
