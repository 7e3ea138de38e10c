using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Wsmq.Server.Hosting;

namespace Wsmq.Tests.Queues;

/// <summary>What a declaration of a queue may contain; checked when the app starts.</summary>
public sealed class QueueDeclarationTests
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    public static TheoryData<string, Action<WsmqQueueOptions>> OutOfBounds => new()
    {
        { "Lease", q => q.Lease = TimeSpan.FromSeconds(-20) },
        { "Lease", q => q.Lease = TimeSpan.Zero },
        { "Lease", q => q.Lease = TimeSpan.FromDays(2) },
        { "MaxAttempts", q => q.MaxAttempts = 0 },
        { "MaxLostLeases", q => q.MaxLostLeases = 10_000 },
        { "MinBackoff", q => q.MinBackoff = TimeSpan.FromTicks(-1) },
        { "MaxBackoff", q => q.MaxBackoff = TimeSpan.FromMilliseconds(1) },
        { "MaxInFlight", q => q.MaxInFlight = -1 },
        { "MaxWaiting", q => q.MaxWaiting = 0 },
        { "MaxBytes", q => q.MaxBytes = 900 },
        { "MaxDelay", q => q.MaxDelay = TimeSpan.FromSeconds(-20) },
        { "MaxDelay", q => q.MaxDelay = 11 * Year },
        { "MaxDeadLetters", q => q.MaxDeadLetters = 0 },
        { "MaxDeadLetterBytes", q => q.MaxDeadLetterBytes = -2 },
        { "MaxDeadLetterAge", q => q.MaxDeadLetterAge = TimeSpan.Zero },
    };

    [Theory]
    [MemberData(nameof(OutOfBounds))]
    public void An_option_of_a_queue_out_of_its_bounds_is_refused_by_name(string option, Action<WsmqQueueOptions> set)
    {
        var options = Declared(b => b.AddQueue("emails", set));

        new WsmqOptionsValidation().Validate(null, options).FailureMessage.Should().Contain("Queues[emails]").And.Contain(option);
    }

    [Theory]
    [InlineData("should throw\u0007")]
    [InlineData("\u200bhidden")]
    [InlineData("x", 300)]
    public void A_queue_whose_name_cannot_be_an_address_is_refused(string name, int times = 1)
    {
        var options = Declared(b => b.AddQueue(string.Concat(Enumerable.Repeat(name, times))));

        new WsmqOptionsValidation().Validate(null, options).FailureMessage.Should().Contain("the name is invalid");
    }

    [Fact]
    public void A_queue_that_is_declared_twice_is_one_queue_with_the_options_of_both()
    {
        var options = Declared(b => b.AddQueue("emails", q => q.Lease = TimeSpan.FromMinutes(1)).AddQueue("emails", q => q.MaxAttempts = 3));

        new WsmqOptionsValidation().Validate(null, options).Succeeded.Should().BeTrue();
        var (name, queue) = options.Queues.Should().ContainSingle().Subject;
        (name, queue.Lease, queue.MaxAttempts).Should().Be(("emails", TimeSpan.FromMinutes(1), 3));
    }

    private static WsmqOptions Declared(Action<WsmqBuilder> declare)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        declare(builder.Services.AddLogging().AddWsmq());
        using var services = builder.Services.BuildServiceProvider();

        // Without the validation that accessing the options would run: the tests name its result.
        var options = new WsmqOptions();
        foreach (var configure in services.GetServices<IConfigureOptions<WsmqOptions>>())
            configure.Configure(options);
        return options;
    }
}
