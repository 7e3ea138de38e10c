using Microsoft.AspNetCore.SignalR.Client;

namespace Wsmq.Faults.Clients;

/// <summary>Times of the wsmq client that fit a run.</summary>
internal static class ClientTimes
{
    public static void UseShortTimes(this WsmqClientOptions options, TimeSpan connectionTimeout)
    {
        options.ReconnectBackoff.Max = options.HandlerBackoff.Max = TimeSpan.FromSeconds(1);
        options.ConnectTimeout = connectionTimeout;
        options.AckInterval = TimeSpan.FromMilliseconds(100);
        options.ConfigureConnection = b => b.WithServerTimeout(connectionTimeout).WithKeepAliveInterval(connectionTimeout / 4);
    }
}
