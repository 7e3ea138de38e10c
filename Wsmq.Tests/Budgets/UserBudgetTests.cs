using Wsmq.Server.Budgets;

namespace Wsmq.Tests.Budgets;

/// <summary>The bytes in progress of one user are bounded over all its connections, and are released in order.</summary>
public sealed class UserBudgetTests
{
    private const long Limit = 64 * 1024 * 1024;
    private const int Large = 600 * 1024;

    private readonly UserBudget _user = new();

    private ConnectionBudget Connection() => new(_user, Limit);

    [Fact]
    public async Task A_connection_waits_once_the_user_budget_is_used_up_and_continues_when_bytes_are_returned()
    {
        var greedy = Connection();
        greedy.Charge(Limit);
        var other = Connection();

        var waiting = other.BeginParsingAsync(Large).AsTask();
        waiting.IsCompleted.Should().BeFalse("nothing is left");
        greedy.Return(Limit / 2);

        (await waiting).Should().BeTrue();
    }

    [Fact]
    public async Task Small_reads_have_a_reserve_so_that_acks_and_pings_continue()
    {
        Connection().Charge(Limit);

        (await Connection().BeginParsingAsync(100)).Should().BeTrue();
    }

    [Fact]
    public async Task One_connection_gets_at_most_its_share_and_blocks_no_other()
    {
        var greedy = Connection();
        greedy.Charge(Limit / 4);
        var waiting = greedy.BeginParsingAsync(Large).AsTask();
        waiting.IsCompleted.Should().BeFalse("it has its share");

        (await Connection().BeginParsingAsync(Large)).Should().BeTrue();
        greedy.Return(Limit / 4);
        (await waiting).Should().BeTrue();
    }

    [Fact]
    public async Task A_frame_larger_than_the_budget_passes_alone()
    {
        var alone = new ConnectionBudget(_user, 1024 * 1024);

        (await alone.BeginParsingAsync(16 * 1024 * 1024)).Should().BeTrue();
        alone.EndParsing(left: 0);
        _user.Used.Should().Be(0);
    }

    [Fact]
    public async Task The_longest_of_the_partial_frames_that_wait_for_each_other_may_complete()
    {
        const int Part = 200 * 1024;
        var small = new UserBudget();
        var connections = Enumerable.Range(0, 3).Select(_ => new ConnectionBudget(small, 2 * 1024 * 1024)).ToArray();
        foreach (var connection in connections)
        {
            (await connection.BeginParsingAsync(Part)).Should().BeTrue();
            connection.EndParsing(left: Part);
        }

        // Each of them needs the rest of its frame; none of them returns anything before.
        var whole = 0;
        await Task.WhenAll(connections.Select(async connection =>
        {
            for (var read = 2; read <= 6; read++)
            {
                (await connection.BeginParsingAsync(read * Part)).Should().BeTrue();
                connection.EndParsing(left: read == 6 ? 0 : read * Part);
            }

            Interlocked.Increment(ref whole);
        })).WaitAsync(TimeSpan.FromSeconds(60));

        whole.Should().Be(connections.Length);
        small.Used.Should().Be(0);
    }

    [Fact]
    public async Task A_closed_connection_stops_waiting_and_leaves_no_bytes_charged()
    {
        var greedy = Connection();
        greedy.Charge(Limit);
        var gone = Connection();
        gone.Parsed(1000);
        var waiting = gone.BeginParsingAsync(Large).AsTask();

        gone.CancelParsing();
        (await waiting).Should().BeFalse();
        gone.Close();

        _user.Used.Should().Be(Limit);
    }

    [Fact]
    public async Task A_wait_that_begins_after_the_connection_was_cancelled_ends_at_once()
    {
        Connection().Charge(Limit);
        var gone = Connection();
        gone.CancelParsing();

        (await gone.BeginParsingAsync(Large).AsTask().WaitAsync(TimeSpan.FromSeconds(60))).Should().BeFalse();
    }

    [Fact]
    public void Arguments_without_a_call_are_released_at_the_next_read_and_stream_items_when_the_stream_ends()
    {
        var connection = Connection();
        connection.Parsed(1000);
        connection.EndParsing(left: 0);
        _user.Used.Should().Be(0);

        var stream = connection.BeginStream();
        connection.Parsed(1000);
        connection.EndParsing(left: 0);
        _user.Used.Should().Be(1000);
        connection.EndStream(stream);
        _user.Used.Should().Be(0);
    }

    [Fact]
    public void A_stream_that_ends_releases_no_bytes_of_the_next_stream()
    {
        var connection = Connection();
        var first = connection.BeginStream();
        connection.Parsed(1000);
        var second = connection.BeginStream();
        connection.Parsed(100);

        connection.EndStream(first);
        _user.Used.Should().Be(100);
        connection.EndStream(second);
        _user.Used.Should().Be(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Parsed_bytes_are_returned_once_in_either_order_of_close_and_return(bool isClaimed)
    {
        var connection = Connection();
        connection.BeginStream();
        var item = connection.Parsed(1000);
        if (isClaimed)
            item.Claim();

        connection.Close();
        item.Return();
        item.Return();

        _user.Used.Should().Be(0);
    }
}
