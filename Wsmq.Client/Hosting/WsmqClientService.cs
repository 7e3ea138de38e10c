using Microsoft.Extensions.Hosting;

namespace Wsmq;

/// <summary>Starts the client with the host, in the background: an unreachable server must not keep the host from starting.</summary>
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
            // The host stops before the client has connected.
        }
        catch (WsmqException)
        {
            // The token was revoked or the user banned. That was raised and logged, and must not stop the host.
        }
    }
}
