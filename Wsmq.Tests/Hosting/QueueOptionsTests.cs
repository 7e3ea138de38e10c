using Wsmq.Server.Hosting;

namespace Wsmq.Tests.Hosting;

/// <summary>Options of work queues that have a rule of their own.</summary>
public sealed class QueueOptionsTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(0.001, true)]
    [InlineData(100_000, true)]
    [InlineData(0.0001, false)]
    [InlineData(-1, false)]
    [InlineData(100_001, false)]
    [InlineData(double.NaN, false)]
    public void A_rate_is_absent_or_within_its_bounds(double rate, bool isValid)
    {
        var options = new WsmqOptions();
        options.Queues.Add("jobs", new WsmqQueueOptions { MaxPerSecond = rate });

        var result = new WsmqOptionsValidation().Validate(null, options);

        result.Succeeded.Should().Be(isValid);
        if (!isValid)
            result.FailureMessage.Should().Contain("Queues[jobs]: MaxPerSecond is");
    }

    [Fact]
    public void Outcomes_are_bounded_in_time_and_number()
    {
        var options = new WsmqOptions();
        options.Queues.Add("jobs", new WsmqQueueOptions { OutcomeRetention = TimeSpan.FromDays(31), MaxOutcomes = 999 });

        new WsmqOptionsValidation().Validate(null, options).FailureMessage.Should().Contain("OutcomeRetention is").And.Contain("MaxOutcomes is");
    }
}
