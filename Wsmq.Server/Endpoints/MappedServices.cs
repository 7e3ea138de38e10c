using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Wsmq.Server.Endpoints;

/// <summary>What an app must have registered before it maps anything of wsmq.</summary>
internal static class MappedServices
{
    /// <exception cref="InvalidOperationException"><c>AddWsmq</c> was not called, or the app has no authentication.</exception>
    /// <exception cref="OptionsValidationException">An option has an invalid value.</exception>
    public static void Require(IServiceProvider services, string mapping)
    {
        var known = services.GetRequiredService<IServiceProviderIsService>();
        if (!known.IsService(typeof(WsmqHub)))
            throw new InvalidOperationException($"The services of wsmq are not registered: call builder.Services.AddWsmq() before {mapping}.");
        if (!known.IsService(typeof(IAuthenticationSchemeProvider)))
        {
            throw new InvalidOperationException(
                "wsmq accepts authenticated users only, and the app has no authentication: call builder.Services.AddAuthentication() "
                + "with the scheme of your app, for example .AddJwtBearer().");
        }

        // Mapping creates services that read options: validate all options first, so that all defects are reported at once.
        services.GetService<IStartupValidator>()?.Validate();
    }
}
