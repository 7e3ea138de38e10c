using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Api.Shapes;

/// <summary>An API key to create.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiKeyRequest
{
    [JsonPropertyName("name"), Description("The key is the user key:name.")]
    public required string Name { get; init; }

    [JsonPropertyName("scopes"), Description("What it may do, and where: send, read, send:work:emails, queues, View, Replay:user:bob.")]
    public required string[] Scopes { get; init; }

    [JsonPropertyName(Wire.Expires), Description("In milliseconds since 1970; without it never.")]
    public long? Expires { get; init; }
}

/// <summary>An API key.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal record WsmqApiKeyInfo
{
    [JsonPropertyName(Wire.Id)]
    public required string Id { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("user"), Description("The user that the key is.")]
    public required string User { get; init; }

    [JsonPropertyName("scopes")]
    public required string[] Scopes { get; init; }

    [JsonPropertyName("createdAt"), Description("In milliseconds since 1970.")]
    public required long CreatedAt { get; init; }

    [JsonPropertyName("expiresAt"), Description("In milliseconds since 1970; not there if it does not expire.")]
    public long? ExpiresAt { get; init; }
}

/// <summary>An API key that was just created.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiNewKey : WsmqApiKeyInfo
{
    [JsonPropertyName("key"), Description("The secret that the program sends. It cannot be read again.")]
    public required string Key { get; init; }
}
