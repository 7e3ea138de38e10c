using System.Diagnostics.Metrics;

namespace Wsmq.Tests.Support;

/// <summary>A meter factory for parts that are created without a container.</summary>
internal sealed class TestMeters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(options);

    public void Dispose()
    {
    }
}
