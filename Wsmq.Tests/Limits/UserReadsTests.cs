using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Limits;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Limits;

/// <summary>Store reads for one user: few concurrently, and at most at the configured rate.</summary>
public sealed class UserReadsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly UserReads _reads = new();

    [Fact]
    public async Task Two_reads_run_concurrently_and_further_reads_wait_for_their_turn()
    {
        var rules = Rules(0);
        await _reads.EnterAsync(rules, default);
        await _reads.EnterAsync(rules, default);
        var third = _reads.EnterAsync(rules, default).AsTask();
        third.IsCompleted.Should().BeFalse();

        _reads.Leave();

        await third;
        _reads.IsIdle(0).Should().BeFalse();
    }

    [Fact]
    public async Task A_user_who_read_more_than_the_burst_waits_for_the_rate_and_another_user_does_not()
    {
        var rules = Rules(1024 * 1024);
        await _reads.EnterAsync(rules, default);
        _reads.Charge(rules, 3 * 1024 * 1024);
        _reads.Leave();

        var next = _reads.EnterAsync(rules, default).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(900));
        next.IsCompleted.Should().BeFalse();
        await new UserReads().EnterAsync(rules, default);
        await Eventually.That("it continues", () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return next.IsCompletedSuccessfully;
        });
    }

    [Fact]
    public async Task A_cancelled_read_releases_its_turn()
    {
        var rules = Rules(1024 * 1024);
        _reads.Charge(rules, 1L << 30);
        using var stop = new CancellationTokenSource();
        var waiting = _reads.EnterAsync(rules, stop.Token).AsTask();
        await stop.CancelAsync();

        await waiting.Invoking(w => w).Should().ThrowAsync<OperationCanceledException>();

        await _reads.EnterAsync(Rules(0), default);
        await _reads.EnterAsync(Rules(0), default);
    }

    private LimitRules Rules(long bytes) => TestReads.Rules(
        new WsmqLimitOptions { UserReadBytesPerSecond = bytes, UserReadByteBurst = 2 * 1024 * 1024 }, _time);
}
