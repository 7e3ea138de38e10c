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
            _linger.Wake(other, together: 1, readers: 1);
            _time.Advance(TimeSpan.FromMilliseconds(0.05));
        }
    }

    public void Dispose() => _linger.Dispose();

    [Theory]
    [InlineData(7, 1)]
    [InlineData(100, 17)]
    public async Task A_pump_waits_for_company_on_a_loaded_node(int together, int readers)
    {
        var pump = new Pump();
        _linger.Wake(pump, together, readers);
        pump.Runs.CurrentCount.Should().Be(0);

        _time.Advance(TimeSpan.FromMilliseconds(16));

        await pump.Runs.WaitAsync();
    }

    [Fact]
    public async Task A_member_of_a_small_group_whose_writes_have_many_entries_does_not_wait()
    {
        var pump = new Pump();
        _linger.Wake(pump, together: 8, readers: 16);
        (await pump.Runs.WaitAsync(TimeSpan.FromSeconds(30))).Should().BeTrue();
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
