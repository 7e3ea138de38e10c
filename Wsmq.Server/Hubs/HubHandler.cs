using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Wsmq.Server.Hubs;

/// <summary>
/// Runs the connections of our hub, with a protocol and options that the app's other hubs do not share. SignalR looks at the options
/// of one hub only after <c>AddHubOptions</c>, which mixes in those of all hubs: it gets ours as the options of all hubs instead.
/// </summary>
internal sealed class HubHandler(
    HubLifetimeManager<WsmqHub> connections,
    HubProtocol protocol,
    IOptions<HubOptions<WsmqHub>> options,
    RefusalLog loggers,
    IUserIdProvider users,
    IServiceScopeFactory scopes)
    : HubConnectionHandler<WsmqHub>(
        connections,
        protocol,
        Options.Create<HubOptions>(options.Value),
        Options.Create(new HubOptions<WsmqHub>()),
        loggers,
        users,
        scopes);
