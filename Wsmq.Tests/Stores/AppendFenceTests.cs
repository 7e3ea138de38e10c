using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Redis;

namespace Wsmq.Tests.Stores;

public sealed class AppendFenceTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly AppendFence _fence;

    public AppendFenceTests() => _fence = new AppendFence(_time);

    [Fact]
    public void A_batch_requires_the_one_before_it_that_was_answered()
    {
        _fence.Before(_fence.Next(), follows: false).Should().Be(0, "nothing was answered yet");
        _fence.Answered(1);
        _fence.Before(_fence.Next(), follows: false).Should().Be(1);
    }

    [Fact]
    public void A_batch_that_follows_requires_the_one_that_is_under_way()
    {
        _fence.Next();
        _fence.Answered(1);
        _fence.Next();
        _fence.Before(_fence.Next(), follows: true).Should().Be(2);
    }

    [Fact]
    public void Behind_a_failed_batch_the_last_answered_one_is_the_least()
    {
        _fence.Next();
        _fence.Answered(1);
        _fence.Next();
        _fence.Failed(fenced: false);
        _fence.IsDoubted.Should().BeTrue();
        _fence.Before(_fence.Next(), follows: false).Should().Be(-1);
        _fence.Named();
        _fence.IsDoubted.Should().BeFalse();
        _fence.Before(_fence.Next(), follows: false).Should().Be(-1, "the server may have had the failed one, and must have the answered one");
    }

    [Fact]
    public void A_server_that_lacks_it_is_taken_once_it_was_named()
    {
        _fence.Next();
        _fence.Answered(1);
        _fence.Next();
        _fence.Failed(fenced: true);
        _fence.Before(_fence.Next(), follows: false).Should().Be(-1);
        _fence.Named();
        _fence.Before(_fence.Next(), follows: false).Should().Be(0);
    }

    [Fact]
    public void Before_the_server_forgets_the_number_nothing_is_required()
    {
        _fence.Next();
        _fence.Answered(1);
        _time.Advance(AppendFence.Kept);
        _fence.Before(_fence.Next(), follows: false).Should().Be(0);
    }

    [Fact]
    public void What_is_answered_soon_is_believed_however_much_is_under_way()
    {
        for (var i = 0; i < 4; i++)
            _fence.Sent();
        for (var i = 0; i < 4; i++)
        {
            _time.Advance(AppendFence.LongSilence * 0.9);
            _fence.Returned().Should().BeFalse();
        }
    }

    [Fact]
    public void After_a_long_silence_all_that_was_under_way_is_doubted()
    {
        _fence.Sent();
        _time.Advance(AppendFence.LongSilence);
        _fence.Sent();
        _fence.Returned().Should().BeTrue();
        _fence.Returned().Should().BeTrue("it came together with the other");
        _fence.IsDoubted.Should().BeTrue();

        _fence.Answered(_fence.Next());
        _time.Advance(AppendFence.LongSilence);
        _fence.Sent();
        _fence.Returned().Should().BeFalse("nothing was under way meanwhile");
    }

    [Fact]
    public void The_answer_of_a_server_that_was_named_before_the_batch_went_out_is_doubted()
    {
        _fence.Failed(fenced: false);
        _fence.Named();
        _fence.IsDoubted.Should().BeFalse("the batch may go out");
        _fence.Sent();
        _fence.Returned().Should().BeTrue();
        _fence.Answered(_fence.Next());
        _fence.Sent();
        _fence.Returned().Should().BeFalse();
    }

    [Fact]
    public void After_a_failure_an_answer_is_doubted_until_one_is_believed()
    {
        _fence.Failed(fenced: false);
        _fence.Sent();
        _fence.Returned().Should().BeTrue();
        _fence.Answered(_fence.Next());
        _fence.Sent();
        _fence.Returned().Should().BeFalse();
    }
}
