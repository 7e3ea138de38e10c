using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Pumps;

namespace Wsmq.Tests.Pumps;

/// <summary>Which pumps of a loaded node wait.</summary>
public sealed class LingerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Linger _linger;

    public LingerTests()
    {
        _linger = new Linger(_time);

        // The wake-ups of a loaded node, until it counts as one.
        var other = new Pump();
        for (var i = 0; i < 1_000; i++)
        {
            _linger.Wake(other);
            _time.Advance(TimeSpan.FromMilliseconds(0.05));
        }
    }

    public void Dispose() => _linger.Dispose();

    [Fact]
    public async Task A_pump_waits_for_company_on_a_loaded_node()
    {
        var pump = new Pump();
        _linger.Wake(pump);
        pump.Runs.CurrentCount.Should().Be(0);

        _time.Advance(TimeSpan.FromMilliseconds(16));

        await pump.Runs.WaitAsync();
    }

    private sealed class Pump : Worker
    {
        public Pump() => Begin();

        public SemaphoreSlim Runs { get; } = new(0);

        protected override ValueTask RunAsync()
        {
            Runs.Release();
            return ValueTask.CompletedTask;
        }
    }
}
