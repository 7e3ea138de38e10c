using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Publishing;

namespace Wsmq.Tests.Publishing;

/// <summary>In which order, and how many at a time, the lanes of a server begin their calls.</summary>
public sealed class CallTurnsTests : IDisposable
{
    private const int Most = 4;
    private const int MostUnderLoad = 2;

    private readonly FakeTimeProvider _time = new();
    private readonly CallTurns _turns;

    public CallTurnsTests() => _turns = new CallTurns(_time);

    public void Dispose() => _turns.Dispose();

    [Fact]
    public async Task Calls_beyond_the_bound_wait_in_the_order_in_which_they_asked()
    {
        var first = await BeginAsync(Most);
        var (fifth, sixth) = (_turns.NextAsync(), _turns.NextAsync());
        fifth.IsCompleted.Should().BeFalse();

        first[0].End(1);

        await fifth;
        sixth.IsCompleted.Should().BeFalse();
        first[1].End(1);
        await sixth;
    }

    [Fact]
    public async Task Large_batches_are_sent_with_fewer_calls_in_flight()
    {
        await LoadAsync();

        await BeginAsync(MostUnderLoad);
        _turns.NextAsync().IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task Once_batches_are_small_again_more_calls_are_in_flight()
    {
        await LoadAsync();
        for (var i = 0; i < 64; i++)
            (await _turns.NextAsync()).End(1);

        await BeginAsync(Most);
        _turns.NextAsync().IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task Calls_that_are_not_answered_hold_up_the_other_lanes_only_once()
    {
        var stuck = await BeginAsync(Most);
        var next = _turns.NextAsync();
        _time.Advance(TimeSpan.FromMilliseconds(49));
        next.IsCompleted.Should().BeFalse();

        _time.Advance(TimeSpan.FromMilliseconds(1));

        await next;
        await BeginAsync(Most - 1);

        // They are answered at last, and their places were given away already.
        foreach (var turn in stuck)
            turn.End(1);
        _turns.NextAsync().IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task A_turn_without_a_call_is_passed_on()
    {
        var first = await BeginAsync(Most);
        var next = _turns.NextAsync();

        first[0].End(batch: 0);

        await next;
    }

    private async Task<List<CallTurns.Turn>> BeginAsync(int count)
    {
        var begun = new List<CallTurns.Turn>();
        for (var i = 0; i < count; i++)
        {
            var turn = _turns.NextAsync();
            turn.IsCompleted.Should().BeTrue();
            begun.Add(await turn);
        }

        return begun;
    }

    private async Task LoadAsync()
    {
        for (var i = 0; i < 64; i++)
            (await _turns.NextAsync()).End(100);
    }
}
