using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Requests;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Requests;

/// <summary>Which of the requests that wait on a node a responder gets that has room again.</summary>
public sealed class LocalRespondersTests
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    private readonly LocalResponders _local = new(
        Options.Create(new WsmqOptions { Requests = { MaxWaiting = 1_000 } }), TimeProvider.System, new WsmqMetrics(new TestMeters()),
        NullLogger<LocalResponders>.Instance);

    [Fact]
    public async Task An_answer_costs_no_look_at_requests_of_other_types()
    {
        var (busy, quick) = (new Fake(), new Fake());
        _local.Set(new Registration(busy, Bob), ["slow"], 1);
        _local.Set(new Registration(quick, Bob), ["fast"], 1);
        for (var i = 0; i <= 1_000; i++)
            _local.Take(Call($"slow{i}", "slow"), mayWait: true).Should().BeNull();
        _local.Take(Call("fast", "fast"), mayWait: true).Should().BeNull();
        var before = quick.Looks;

        await _local.AnswerAsync(quick, "fast", RequestOutcome.Nobody);

        (quick.Looks - before).Should().BeLessThan(10);
        busy.Given.Should().Equal("slow0");
        await _local.AnswerAsync(busy, "slow0", RequestOutcome.Nobody);
        busy.Given.Should().Equal("slow0", "slow1");
    }

    [Fact]
    public async Task Those_that_wait_are_given_in_the_order_in_which_they_came_over_all_types_that_the_responder_answers()
    {
        var (all, some) = (new Fake(), new Fake());
        _local.Set(new Registration(all, Bob), null, 1);
        _local.Set(new Registration(some, Bob), ["a", "b"], 1);
        _local.Take(Call("0", "a"), mayWait: true).Should().BeNull();
        _local.Take(Call("1", "a"), mayWait: true).Should().BeNull();
        foreach (var (id, type) in new (string, string?)[] { ("2", null), ("3", "c"), ("4", "b"), ("5", "a"), ("6", "b") })
            _local.Take(Call(id, type), mayWait: true).Should().BeNull();
        _local.Cancel("4");

        await _local.AnswerAsync(some, "1", RequestOutcome.Nobody);
        some.Given.Should().Equal("1", "5");
        foreach (var id in new[] { "0", "2", "3", "6" })
            await _local.AnswerAsync(all, id, RequestOutcome.Nobody);

        all.Given.Should().Equal("0", "2", "3", "6");
        _local.Take(Call("7", "c"), mayWait: false).Should().BeNull("nothing waits, and there is room");
    }

    private static ResponderCall Call(string id, string? type) => new(
        Bob, new WsmqIncomingRequest { Id = id, To = Bob.ToString(), Type = type, Timeout = 60_000 }, long.MaxValue, _ => Task.FromResult(true));

    private sealed class Fake : IResponder
    {
        public List<string> Given { get; } = [];

        public int Looks { get; private set; }

        public bool IsBlocked
        {
            get
            {
                Looks++;
                return false;
            }
        }

        public void Give(WsmqIncomingRequest request) => Given.Add(request.Id);

        public void Cancel(string id)
        {
        }
    }
}
