using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Wsmq.Server.Workers;

namespace Wsmq.Server.Hosting;

/// <summary>
/// Raises the host's shutdown timeout to the time for the drain, and for running jobs, and for storing accepted sends afterwards. The timeout starts with the
/// drain, and once it has elapsed the host waits for nothing.
/// </summary>
internal sealed class ShutdownTime(
    IOptions<WsmqOptions> options, IOptionsMonitor<WsmqWorkerOptions> workers, IServiceProvider services) : IPostConfigureOptions<HostOptions>
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
            TimeSpan[] steps = [wsmq.Drain.Timeout, .. services.GetServices<QueueHandler>().Select(h => workers.Get(h.Queue).StopTimeout)];
            return steps.Max() is var longest && longest == TimeSpan.Zero ? TimeSpan.Zero : longest + wsmq.Publish.SendTimeout;
        }
        catch (OptionsValidationException)
        {
            // The start of the host reports this defect together with all others.
            return TimeSpan.Zero;
        }
    }
}
