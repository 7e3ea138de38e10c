using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// The rate of a queue.
public abstract partial class JobContract
{
    [Fact]
    public async Task A_queue_grants_no_more_leases_than_its_rate_allows_and_names_the_time_of_the_next()
    {
        await using var h = await CreateAsync();
        for (var i = 0; i < 30; i++)
            await AddJobAsync(h, $"{i}");
        var rules = Patient with { MaxPerSecond = 20 };
        var taken = new List<string>();
        TakenJobs result;
        long? start = null;
        do
        {
            result = await h.Store.Jobs.TakeAsync(Queue, Request(99), rules, default);
            start ??= result.Now;
            taken.AddRange(result.Jobs.Select(Text));

            // A tenth of a second's worth at once, and the twentieth of a second from lease to lease.
            taken.Count.Should().BeLessThanOrEqualTo((int)(2 + ((result.Now - start.Value) * 20 / Second) + 1));
            if (taken.Count < 30)
            {
                result.More.Should().BeFalse("no call is of use before the time");
                (result.NextDue - result.Now).Should().BeInRange(1, Second / 20);
            }
        }
        while (taken.Count < 30);

        taken.Should().Equal(Enumerable.Range(0, 30).Select(i => $"{i}"));
        result.NextDue.Should().BeNull("no job is left");
    }

    [Fact]
    public async Task A_rate_below_one_a_second_grants_one_lease_at_a_time()
    {
        await using var h = await CreateAsync();
        await AddJobAsync(h, "1");
        await AddJobAsync(h, "2");
        var rules = Patient with { MaxPerSecond = 0.001 };

        var first = await h.Store.Jobs.TakeAsync(Queue, Request(9), rules, default);
        var second = await h.Store.Jobs.TakeAsync(Queue, Request(9), rules, default);
        var idle = await h.Store.Jobs.TakeAsync(Queue, new TakeRequest([]), rules, default);

        first.Jobs.Select(Text).Should().Equal("1");
        second.Jobs.Should().BeEmpty();
        (second.NextDue - second.Now).Should().BeInRange(1, 1_000 * Second);
        idle.NextDue.Should().BeNull("nobody waits for a job");
        (await TakeAsync(h, Patient)).Select(Text).Should().Equal(["2"], "the rate may change");
    }
}
