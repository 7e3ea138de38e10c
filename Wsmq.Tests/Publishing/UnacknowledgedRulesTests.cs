using Wsmq.Server.Publishing;

namespace Wsmq.Tests.Publishing;

/// <summary>Which messages a hook is told of.</summary>
public sealed class UnacknowledgedRulesTests
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private static readonly Dictionary<string, string> Push = new() { ["push"] = "yes" };

    [Fact]
    public void Without_types_and_headers_all_messages_to_users_are_meant_and_without_a_hook_none()
    {
        var options = new WsmqUnacknowledgedOptions { HasHook = true };

        UnacknowledgedRules.Includes(options, Bob, null, null).Should().BeTrue();
        UnacknowledgedRules.Includes(options, WsmqAddress.Group("team"), "x", Push).Should().BeFalse();
        UnacknowledgedRules.Includes(options, WsmqAddress.Work("jobs"), "x", Push).Should().BeFalse();
        UnacknowledgedRules.Includes(new WsmqUnacknowledgedOptions(), Bob, "x", Push).Should().BeFalse();
    }

    [Theory]
    [InlineData("order", true)]
    [InlineData("orders", false)]
    [InlineData("Order", false)]
    [InlineData("chat.", true)]
    [InlineData("chat.text", true)]
    [InlineData("chat", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Types_are_compared_as_they_are_and_a_star_at_the_end_stands_for_the_rest(string? type, bool expected)
    {
        var options = new WsmqUnacknowledgedOptions { HasHook = true, Types = { "order", "chat.*" } };

        UnacknowledgedRules.Includes(options, Bob, type, Push).Should().Be(expected);
    }

    [Fact]
    public void A_header_is_meant_whatever_the_type_with_its_value_or_with_any()
    {
        var any = new WsmqUnacknowledgedOptions { HasHook = true, Header = "push", Types = { "order" } };
        var one = new WsmqUnacknowledgedOptions { HasHook = true, Header = "push", HeaderValue = "no" };

        UnacknowledgedRules.Includes(any, Bob, "x", Push).Should().BeTrue();
        UnacknowledgedRules.Includes(any, Bob, "order", null).Should().BeTrue();
        UnacknowledgedRules.Includes(any, Bob, "x", null).Should().BeFalse();
        UnacknowledgedRules.Includes(one, Bob, "x", Push).Should().BeFalse();
        UnacknowledgedRules.Includes(one, Bob, "x", new Dictionary<string, string> { ["push"] = "no" }).Should().BeTrue();
    }
}
