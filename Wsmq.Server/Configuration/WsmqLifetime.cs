using Microsoft.Extensions.Hosting;
using Wsmq.Server.Delivering;
using Wsmq.Server.Logs;
using Wsmq.Server.Publishing;

namespace Wsmq.Server.Configuration;

/// <summary>
/// Opens the store before the web server takes connections, and stores what was taken after it let them go: hosted services stop
/// in reverse order, the web server first.
/// </summary>
internal sealed class WsmqLifetime(IStore store, PublishQueue publishing, AckQueue acks, TailCheck tailCheck) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.StartAsync(cancellationToken);
        publishing.Start();
        acks.Start();
        tailCheck.Start();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await tailCheck.StopAsync();
        await publishing.StopAsync().WaitAsync(cancellationToken);
        await acks.StopAsync().WaitAsync(cancellationToken);
    }
}
