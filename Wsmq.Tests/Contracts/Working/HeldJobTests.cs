using Microsoft.Extensions.Time.Testing;

namespace Wsmq.Tests.Contracts;

public sealed class HeldJobTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_lease_counts_from_when_the_job_was_asked_for()
    {
        var asked = _time.GetTimestamp();
        _time.Advance(Lease / 2);
        using var held = Hold(asked);
        _time.Advance(Lease * 0.49);
        held.Lost.IsCancellationRequested.Should().BeFalse();
        _time.Advance(Lease * 0.01);
        held.Lost.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public void A_lease_that_has_run_out_before_the_job_arrives_is_lost_at_once()
    {
        var asked = _time.GetTimestamp();
        _time.Advance(Lease);
        using var held = Hold(asked);
        held.Lost.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public void A_confirmed_extension_counts_from_when_it_was_asked_for()
    {
        using var held = Hold(_time.GetTimestamp());
        _time.Advance(Lease / 3);
        var asked = _time.GetTimestamp();
        _time.Advance(Lease / 3);
        held.Extended(asked);
        _time.Advance(Lease * 0.66);
        held.Lost.IsCancellationRequested.Should().BeFalse();
        _time.Advance(Lease * 0.01);
        held.Lost.IsCancellationRequested.Should().BeTrue();
    }

    private HeldJob Hold(long askedAt) => new(
        new GivenJob(new JobLease(default, "0123456789abcdef"), Lease, 1, 0, _time.GetUtcNow(), () => throw new InvalidOperationException()),
        askedAt, _time);
}
