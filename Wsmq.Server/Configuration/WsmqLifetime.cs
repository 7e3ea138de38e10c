using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wsmq.Server.Access;
using Wsmq.Server.Delivering;
using Wsmq.Server.Logs;
using Wsmq.Server.Publishing;

namespace Wsmq.Server.Configuration;

/// <summary>
/// Opens the store before the web server takes connections, and stores what was taken after it let them go: hosted services stop
/// in reverse order, the web server first.
/// </summary>
internal sealed class WsmqLifetime(IServiceProvider services) : IHostedService
{
    // Resolved here and not in the constructor: the host makes its hosted services before it validates options, and all that is
    // wrong with them should be named at once.
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await services.GetRequiredService<IStore>().StartAsync(cancellationToken);
        await services.GetRequiredService<AccessWatch>().StartAsync(cancellationToken);
        services.GetRequiredService<PublishQueue>().Start();
        services.GetRequiredService<AckQueue>().Start();
        services.GetRequiredService<TailCheck>().Start();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await services.GetRequiredService<TailCheck>().StopAsync();
        await services.GetRequiredService<PublishQueue>().StopAsync().WaitAsync(cancellationToken);
        await services.GetRequiredService<AckQueue>().StopAsync().WaitAsync(cancellationToken);
        await services.GetRequiredService<AccessWatch>().StopAsync();
    }
}
