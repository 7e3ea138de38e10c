using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Feeds;

namespace Wsmq.Faults.Nodes;

/// <summary>The resources that a node holds after a full garbage collection.</summary>
/// <param name="Connections">The metric <c>wsmq.connections</c>.</param>
/// <param name="Feeds">The number of addresses with a feed.</param>
/// <param name="Timers">The number of active timers.</param>
/// <param name="Sockets">The number of open sockets of the process.</param>
/// <param name="Managed">Managed memory, in bytes.</param>
internal sealed record NodeState(long Connections, int Feeds, long Timers, int Sockets, long Managed)
{
    public const string Path = "/state";

    public static async Task<NodeState> OfAsync(Uri node)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        return (await http.GetFromJsonAsync<NodeState>(new Uri(node, Path)))!;
    }

    public static int SocketsOf(string processId) => Directory.EnumerateFileSystemEntries($"/proc/{processId}/fd").Count(fd =>
    {
        try
        {
            return new FileInfo(fd).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            // The descriptor was closed meanwhile.
            return false;
        }
    });
}

/// <summary>Measures the state of its own process.</summary>
internal sealed class NodeGauge(FeedRegistry feeds) : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _connections;

    public void Start()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == WsmqMetrics.MeterName && instrument.Name == "wsmq.connections")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) => Interlocked.Add(ref _connections, change));
        _listener.Start();
    }

    public NodeState Read()
    {
        for (var pass = 0; pass < 2; pass++)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return new NodeState(
            Interlocked.Read(ref _connections), feeds.Count, Timer.ActiveCount, NodeState.SocketsOf("self"), Math.Max(0, GC.GetTotalMemory(forceFullCollection: true)));
    }

    public void Dispose() => _listener.Dispose();
}
