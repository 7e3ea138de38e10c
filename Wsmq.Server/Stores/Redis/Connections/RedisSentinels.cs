using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// Queries the sentinels for the primary. The driver can follow sentinels itself, but it also uses a former primary that is available
/// again and does not know yet that it was replaced; writes to it are lost.
/// </summary>
internal sealed class RedisSentinels(IConnectionMultiplexer connection, string service, int count, TimeSpan patience) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private EndPoint? _primary;
    private long _epoch;

    private readonly record struct View(EndPoint Primary, long Epoch);

    /// <summary>The primary that the sentinels named last.</summary>
    public EndPoint? Primary
    {
        get
        {
            lock (_lock)
                return _primary;
        }
    }

    /// <summary>Connects to the sentinels that the app's configuration names.</summary>
    public static async Task<RedisSentinels> ConnectAsync(ConfigurationOptions app, TimeSpan patience, CancellationToken cancellationToken)
    {
        var settings = app.Clone();
        (settings.User, settings.Password) = (app.SentinelUser, app.SentinelPassword);
        settings.ClientName = "wsmq-sentinels";
        var connection = await ConnectionMultiplexer.SentinelConnectAsync(settings).WaitAsync(cancellationToken);
        return new RedisSentinels(connection, app.ServiceName!, settings.EndPoints.Count, patience);
    }

    /// <summary>
    /// Returns the primary that the sentinels name now; null if none of them answers. The highest epoch counts: each failover that
    /// sentinels agree on raises it, and a sentinel that was unreachable may not know it yet. An epoch lower than before counts if more
    /// than half of the sentinels report it, as after they were set up again.
    /// </summary>
    public async Task<EndPoint?> AskAsync(CancellationToken cancellationToken)
    {
        var servers = connection.GetServers().Where(s => s.IsConnected);
        var views = (await Task.WhenAll(servers.Select(s => ViewAsync(s, cancellationToken)))).OfType<View>().ToArray();
        if (views.Length == 0)
            return null;
        var newest = views.MaxBy(v => v.Epoch);
        lock (_lock)
        {
            if (newest.Epoch >= _epoch || views.Count(v => v.Primary.Equals(newest.Primary)) > count / 2)
                (_primary, _epoch) = (newest.Primary, newest.Epoch);
            return _primary;
        }
    }

    /// <summary>Configures a connection to the primary that the sentinels named, and to no other server.</summary>
    public void PointToPrimary(ConfigurationOptions settings)
    {
        settings.ServiceName = null;
        settings.EndPoints.Clear();
        settings.EndPoints.Add(Primary ?? throw new InvalidOperationException($"The sentinels name no primary for the service {service}."));
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task<View?> ViewAsync(IServer sentinel, CancellationToken cancellationToken)
    {
        try
        {
            var said = (await sentinel.SentinelMasterAsync(service).WaitAsync(patience, cancellationToken)).ToDictionary();
            return IPAddress.TryParse(said["ip"], out var address)
                ? new View(new IPEndPoint(address, Number(said["port"])), Number(said["config-epoch"]))
                : new View(new DnsEndPoint(said["ip"], Number(said["port"])), Number(said["config-epoch"]));
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The server is unreachable, does not know the service, or is not a sentinel: the others are queried as well.
            return null;
        }
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
