using Wsmq.Server.Authorization;

namespace Wsmq;

/// <summary>An API key, without its secret.</summary>
public sealed class WsmqApiKey
{
    /// <summary>The id, by which the key is revoked. It is part of the key's text, and no secret.</summary>
    public required string Id { get; init; }

    /// <summary>The name. Several keys may have the same.</summary>
    public required string Name { get; init; }

    /// <summary>The identifier of the user that the key is: <c>key:</c> and its name.</summary>
    public string UserId => KeyIdentity.UserOf(Name);

    /// <summary>What it may do.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it expires; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
