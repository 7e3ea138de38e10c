using Microsoft.Extensions.Hosting;

namespace Wsmq;

/// <summary>Starts the client with the host, in the background: a server that is away must not keep the host from starting.</summary>
internal sealed class WsmqClientService(WsmqClient client) : BackgroundService
{
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await client.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await client.StartInBackgroundAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops before there was a connection.
        }
        catch (WsmqException)
        {
            // The server told the client to stay away, which was raised and logged; no reason to end the host.
        }
    }
}
