using Wsmq.Server.Redis.Live;

namespace Wsmq.Tests.Stores;

/// <summary>Pushes that come a second time, because a channel is subscribed at two servers for a while.</summary>
public sealed class LiveRepeatsTests
{
    private static readonly long Node = LiveOrigin.NodeOf("nodeaaaa");

    private readonly LiveRepeats _repeats = new();

    [Fact]
    public void What_came_before_is_a_repeat_whatever_came_between_and_in_whatever_order()
    {
        long[] order = [3, 1, 2, 700, 4];
        order.Should().OnlyContain(number => !_repeats.IsRepeat(new LiveOrigin(Node, number)));
        order.Should().OnlyContain(number => _repeats.IsRepeat(new LiveOrigin(Node, number)));
    }

    [Fact]
    public void Nodes_number_for_themselves()
    {
        _repeats.IsRepeat(new LiveOrigin(Node, 1)).Should().BeFalse();
        _repeats.IsRepeat(new LiveOrigin(LiveOrigin.NodeOf("nodebbbb"), 1)).Should().BeFalse();
    }

    [Fact]
    public void Many_nodes_and_numbers_out_of_thin_air_hide_nothing()
    {
        for (var i = 0; i < 10_000; i++)
            _repeats.IsRepeat(new LiveOrigin(i, long.MaxValue - i)).Should().BeFalse();
        _repeats.IsRepeat(new LiveOrigin(Node, 1)).Should().BeFalse();
        _repeats.IsRepeat(new LiveOrigin(Node, -1)).Should().BeFalse();
    }
}
