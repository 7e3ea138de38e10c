using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Wsmq.Server.Hosting;

/// <summary>
/// Raises the host's shutdown timeout to the time for the drain and for storing accepted sends afterwards. The timeout starts with the
/// drain, and once it has elapsed the host waits for nothing.
/// </summary>
internal sealed class ShutdownTime(IOptions<WsmqOptions> options) : IPostConfigureOptions<HostOptions>
{
    public void PostConfigure(string? name, HostOptions host)
    {
        if (host.ShutdownTimeout != Timeout.InfiniteTimeSpan && host.ShutdownTimeout < Needed())
            host.ShutdownTimeout = Needed();
    }

    private TimeSpan Needed()
    {
        try
        {
            var wsmq = options.Value;
            return wsmq.Drain.Timeout == TimeSpan.Zero ? TimeSpan.Zero : wsmq.Drain.Timeout + wsmq.Publish.SendTimeout;
        }
        catch (OptionsValidationException)
        {
            // The start of the host reports this defect together with all others.
            return TimeSpan.Zero;
        }
    }
}
