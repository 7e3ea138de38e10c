using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Tests.Support;

/// <summary>What a counter of a node has counted since it is watched.</summary>
internal sealed class NodeCounter : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _count;

    public NodeCounter(TestNode node, string name)
    {
        var scope = node.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == WsmqMetrics.MeterName && instrument.Meter.Scope == scope && instrument.Name == name)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _count, value));
        _listener.Start();
    }

    public long Count => Volatile.Read(ref _count);

    public void Dispose() => _listener.Dispose();
}
