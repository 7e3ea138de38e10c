using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Wsmq.Server.Draining;

/// <summary>
/// Gives the host the time to drain, and then to store what is in hand: its own clock begins with the drain, and once it is over
/// nothing is waited for any more.
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
            return wsmq.Drain.Timeout == TimeSpan.Zero ? TimeSpan.Zero : wsmq.Drain.Timeout + wsmq.SendTimeout;
        }
        catch (OptionsValidationException)
        {
            // The start says what is wrong, together with all other defects.
            return TimeSpan.Zero;
        }
    }
}
