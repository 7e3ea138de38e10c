namespace WebPush;

/// <summary>The configuration section <c>Push</c>.</summary>
public sealed class PushOptions
{
    /// <summary>The key of this app, with which push services tell it from others; without one, a key is made at each start.</summary>
    public string? PublicKey { get; set; }

    /// <summary>The other half. It is a secret: <c>dotnet user-secrets set Push:PrivateKey …</c>, or an environment variable.</summary>
    public string? PrivateKey { get; set; }

    /// <summary>How a push service reaches you: <c>mailto:…</c> or <c>https://…</c>.</summary>
    public string Subject { get; set; } = "mailto:ops@example.com";

    /// <summary>The hosts of push services, also those that end with a dot and the name.</summary>
    public IList<string> Services { get; } = ["fcm.googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com"];

    /// <summary>Whether an address is that of a push service.</summary>
    public bool Allows(string? endpoint) => Uri.TryCreate(endpoint, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || url.IsLoopback)
        && Services.Any(s => url.IdnHost == s || url.IdnHost.EndsWith("." + s, StringComparison.OrdinalIgnoreCase));
}
