using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Wsmq.Server.Connections;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Feeds;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Api;

/// <summary>The dependencies that all event streams share.</summary>
internal sealed class StreamServices(
    FeedRegistry feeds, OpenStreams open, Admission admission, WsmqMetrics metrics, StreamClock clock)
{
    public FeedRegistry Feeds => feeds;

    public OpenStreams Open => open;

    public Admission Admission => admission;

    public WsmqMetrics Metrics => metrics;

    public StreamClock Clock => clock;
}

/// <summary>The times of event streams.</summary>
internal sealed class StreamClock(TimeProvider time, IHostApplicationLifetime lifetime, IOptions<WsmqOptions> options)
{
    public TimeProvider Time => time;

    /// <summary>Is cancelled when the node begins to stop.</summary>
    public CancellationToken Stopping => lifetime.ApplicationStopping;

    public TimeSpan KeepAlive => options.Value.Endpoint.StreamKeepAlive;

    /// <summary>How often rights are asked for again that may be taken away without a notice.</summary>
    public TimeSpan CheckInterval => options.Value.Access.CheckInterval;
}
