using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Diagnostics;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Requests;

/// <summary>Counts the late replies of a node.</summary>
internal sealed class LateReplies : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _count;

    public LateReplies(TestNode node)
    {
        var scope = node.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == WsmqMetrics.MeterName && instrument.Meter.Scope == scope && instrument.Name == "wsmq.requests.late")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _count, value));
        _listener.Start();
    }

    public long Count => Volatile.Read(ref _count);

    public void Dispose() => _listener.Dispose();
}
