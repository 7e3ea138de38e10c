using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Wsmq.Tests.Api;

/// <summary>Lets every user send to users and work queues, and read what the memberships allow.</summary>
internal sealed class ApiAuthorizer : IWsmqAuthorizer
{
    public static void Use(WebApplicationBuilder builder) => builder.Services.AddSingleton<IWsmqAuthorizer, ApiAuthorizer>();

    public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) =>
        new(to.Kind != WsmqAddressKind.Group);

    public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);
}
