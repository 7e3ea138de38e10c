using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Stores.Redis.Journals;

namespace Wsmq.Tests.Stores;

/// <summary>How the calls of one pass over a journal are spread.</summary>
public sealed class JournalPaceTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Calls_are_small_with_pauses_until_the_time_is_over_and_then_large_without()
    {
        var pace = new JournalPace(TimeSpan.FromSeconds(1), _time);
        var first = pace.PauseAsync(default);
        var small = pace.Size;
        first.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(2));
        first.IsCompletedSuccessfully.Should().BeTrue();

        _time.Advance(TimeSpan.FromSeconds(1));

        pace.Size.Should().BeGreaterThan(small);
        pace.PauseAsync(default).IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public void A_pass_without_time_has_no_pauses() =>
        new JournalPace(TimeSpan.Zero, _time).PauseAsync(default).IsCompletedSuccessfully.Should().BeTrue();

    [Fact]
    public async Task A_stop_does_not_wait_for_a_pause()
    {
        using var stop = new CancellationTokenSource();
        var pause = new JournalPace(TimeSpan.FromSeconds(1), _time).PauseAsync(stop.Token);
        await stop.CancelAsync();
        await FluentActions.Awaiting(() => pause).Should().ThrowAsync<OperationCanceledException>();
    }
}
