using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Wsmq.Server.Draining;
using Wsmq.Server.Hosting;

namespace Wsmq.Tests.Draining;

public sealed class DrainOptionsTests
{
    private static WsmqDrainOptions Times(double timeout, double spread, double delay) => new()
    {
        Timeout = TimeSpan.FromSeconds(timeout), Spread = TimeSpan.FromSeconds(spread), ReadinessDelay = TimeSpan.FromSeconds(delay),
    };

    [Fact]
    public void By_default_clients_are_moved_within_six_seconds_and_the_drain_ends_within_twenty() =>
        DrainPlan.Of(new WsmqDrainOptions()).Should().Be(new DrainPlan(
            TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(20)));

    [Theory]
    [InlineData("Development", null, 0)]
    [InlineData("Development", 7, 7)]
    [InlineData("Production", null, 20)]
    [InlineData("Staging", null, 20)]
    public void In_Development_the_drain_timeout_is_zero_unless_it_is_set(string environment, int? set, int seconds)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = environment });
        builder.Services.AddLogging().AddWsmq(o =>
        {
            if (set is { } value)
                o.Drain.Timeout = TimeSpan.FromSeconds(value);
        });
        using var services = builder.Services.BuildServiceProvider();

        services.GetRequiredService<IOptions<WsmqOptions>>().Value.Drain.Timeout.Should().Be(TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData(20, 600, 1)]
    [InlineData(1, 5, 0)]
    [InlineData(1, 5, 1)]
    [InlineData(0.01, 0, 0.001)]
    public void Each_time_of_the_plan_is_reduced_to_fit_the_timeout(double timeout, double spread, double delay)
    {
        var plan = DrainPlan.Of(Times(timeout, spread, delay));

        plan.AskFrom.Should().Be(TimeSpan.FromSeconds(delay));
        (plan.AskFrom + plan.Spread).Should().BeLessThanOrEqualTo(plan.CloseFrom, "a client that reconnects when asked is not closed");
        (plan.CloseFrom + plan.Spread).Should().BeLessThanOrEqualTo(plan.End);
        plan.End.Should().Be(TimeSpan.FromSeconds(timeout));
    }

    [Theory]
    [InlineData(-1, 0, 0, "Timeout")]
    [InlineData(4000, 0, 0, "Timeout")]
    [InlineData(20, -1, 0, "Spread")]
    [InlineData(20, 0, 21, "ReadinessDelay")]
    public void An_invalid_drain_option_is_refused_by_name(double timeout, double spread, double delay, string option)
    {
        var options = new WsmqOptions();
        (options.Drain.Timeout, options.Drain.Spread, options.Drain.ReadinessDelay) =
            (TimeSpan.FromSeconds(timeout), TimeSpan.FromSeconds(spread), TimeSpan.FromSeconds(delay));

        new WsmqOptionsValidation().Validate(null, options).FailureMessage.Should().Contain($"WsmqOptions.Drain.{option}");
    }

    [Theory]
    [InlineData(20, null, 30, 30)]
    [InlineData(60, null, 30, 70)]
    [InlineData(0, null, 5, 5)]
    [InlineData(20, null, 100, 100)]
    [InlineData(20, 50, 30, 60)]
    [InlineData(0, 50, 30, 60)]
    [InlineData(60, 50, 30, 70)]
    public void The_host_shutdown_timeout_is_extended_to_fit_the_drain_and_running_jobs(int drain, int? jobs, int before, int after)
    {
        var services = new ServiceCollection();
        services.AddLogging().Configure<HostOptions>(h => h.ShutdownTimeout = TimeSpan.FromSeconds(before));
        var builder = services.AddWsmq(o => o.Drain.Timeout = TimeSpan.FromSeconds(drain));
        if (jobs is { } seconds)
            builder.AddWorker<string, Idle>("jobs", w => w.StopTimeout = TimeSpan.FromSeconds(seconds));
        using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout.Should().Be(TimeSpan.FromSeconds(after));
    }

    private sealed class Idle : IWsmqJobHandler<string>
    {
        public Task HandleAsync(WsmqJob<string> job, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
