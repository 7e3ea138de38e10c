using System.Diagnostics.Metrics;

namespace Wsmq.Tests.Support;

/// <summary>For parts that are made without a container.</summary>
internal sealed class TestMeters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(options);

    public void Dispose()
    {
    }
}
