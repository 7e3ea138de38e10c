using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Stores.Redis.Appends;

namespace Wsmq.Tests.Stores;

public sealed class AppendFenceTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly AppendFence _fence;

    public AppendFenceTests() => _fence = new AppendFence(_time);

    [Fact]
    public void A_batch_requires_the_last_answered_batch_before_it()
    {
        _fence.Before(_fence.Next(), follows: false).Should().Be(0, "nothing was answered yet");
        _fence.Answered(1);
        _fence.Before(_fence.Next(), follows: false).Should().Be(1);
    }

    [Fact]
    public void A_batch_that_follows_another_requires_the_one_in_flight()
    {
        _fence.Next();
        _fence.Answered(1);
        _fence.Next();
        _fence.Before(_fence.Next(), follows: true).Should().Be(2);
    }

    [Fact]
    public void After_a_failed_batch_at_least_the_last_answered_one_is_required()
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
    public void A_server_that_lacks_the_required_batch_is_accepted_once_it_was_confirmed_as_primary()
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
    public void No_batch_is_required_once_the_server_may_have_expired_its_number()
    {
        _fence.Next();
        _fence.Answered(1);
        _time.Advance(AppendFence.Kept);
        _fence.Before(_fence.Next(), follows: false).Should().Be(0);
    }

    [Fact]
    public void A_prompt_answer_is_trusted_however_many_calls_are_in_flight()
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
    public void After_a_long_silence_all_answers_in_flight_are_doubted()
    {
        _fence.Sent();
        _time.Advance(AppendFence.LongSilence);
        _fence.Sent();
        _fence.Returned().Should().BeTrue();
        _fence.Returned().Should().BeTrue("it was in flight together with the other");
        _fence.IsDoubted.Should().BeTrue();

        _fence.Answered(_fence.Next());
        _time.Advance(AppendFence.LongSilence);
        _fence.Sent();
        _fence.Returned().Should().BeFalse("nothing was in flight meanwhile");
    }

    [Fact]
    public void An_answer_of_a_server_confirmed_as_primary_before_the_batch_was_sent_is_doubted()
    {
        _fence.Failed(fenced: false);
        _fence.Named();
        _fence.IsDoubted.Should().BeFalse("the batch may be sent");
        _fence.Sent();
        _fence.Returned().Should().BeTrue();
        _fence.Answered(_fence.Next());
        _fence.Sent();
        _fence.Returned().Should().BeFalse();
    }

    [Fact]
    public void After_a_failure_an_answer_is_doubted_until_one_is_trusted()
    {
        _fence.Failed(fenced: false);
        _fence.Sent();
        _fence.Returned().Should().BeTrue();
        _fence.Answered(_fence.Next());
        _fence.Sent();
        _fence.Returned().Should().BeFalse();
    }
}
