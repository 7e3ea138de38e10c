using Microsoft.AspNetCore.Authentication;
using Wsmq.Server.Authorization;
using Wsmq.Server.Keys;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Accepts API keys of wsmq in an app.</summary>
public static class WsmqApiKeyExtensions
{
    /// <summary>The name of the scheme.</summary>
    public const string Scheme = KeyIdentity.Scheme;

    /// <summary>
    /// Adds a scheme that authenticates requests by API key, sent as <c>Authorization: Bearer wsmqk_…</c> or <c>X-Api-Key</c>, and leaves
    /// all other requests to another scheme. Make it the default:
    /// <c>AddAuthentication(WsmqApiKeyExtensions.Scheme).AddJwtBearer().AddWsmqApiKeys("Bearer")</c>.
    /// </summary>
    /// <param name="builder">The app's authentication.</param>
    /// <param name="otherwise">The scheme for requests without a key.</param>
    public static AuthenticationBuilder AddWsmqApiKeys(this AuthenticationBuilder builder, string otherwise)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(otherwise);
        return builder.AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(
            Scheme, options => options.ForwardDefaultSelector = context => KeyText.IsIn(context.Request) ? null : otherwise);
    }
}
