using Wsmq.Server.Publishing;

namespace Wsmq.Tests.Publishing;

public sealed class ByteBudgetTests
{
    [Fact]
    public void A_request_over_the_limit_is_refused_until_bytes_are_returned()
    {
        var budget = new ByteBudget(100);
        budget.TryTake(60).Should().BeTrue();
        budget.TryTake(41).Should().BeFalse();
        budget.TryTake(40).Should().BeTrue("the refused request has taken nothing");

        budget.Return(60);

        budget.TryTake(60).Should().BeTrue();
    }

    [Fact]
    public void A_single_message_over_the_limit_passes_alone()
    {
        var budget = new ByteBudget(100);
        budget.TryTake(1000).Should().BeTrue();
        budget.TryTake(1).Should().BeFalse();
    }
}
