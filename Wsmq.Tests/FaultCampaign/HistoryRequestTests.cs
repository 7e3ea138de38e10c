using Wsmq.Faults.Clients;
using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>The requests of a run: their outcomes, replies and responders.</summary>
public sealed class HistoryRequestTests : HistoryTest
{
    [Fact]
    public void A_request_that_was_answered_one_that_failed_and_one_that_was_handled_without_a_reply_are_no_violation()
    {
        Requested("r1");
        Asked("r1");
        Ended("r1", EventKind.Replied, "r1");
        Requested("r2");
        Ended("r2", EventKind.Unanswered, "no-responder");
        Requested("r3");
        Asked("r3");
        Ended("r3", EventKind.Unanswered, "outcome-unknown");
        Verdict.Violations.Should().BeEmpty();
        (Verdict.Requests, Verdict.RequestsAnswered).Should().Be((3, 1));
    }

    [Fact]
    public void A_request_without_an_outcome_and_one_whose_outcome_is_late_are_reported()
    {
        Requested("r1");
        Requested("r2");
        Ended("r2", EventKind.Unanswered, "request-timeout", time: 60);
        Verdict.RequestsOpen.Should().Be(2);
    }

    [Fact]
    public void The_reply_to_another_request_and_one_to_a_request_that_nobody_has_handled_are_reported()
    {
        Requested("r1");
        Asked("r1");
        Ended("r1", EventKind.Replied, "r2");
        Requested("r3");
        Ended("r3", EventKind.Replied, "r3");
        Asked("r4");
        Verdict.RequestsWrong.Should().Be(3);
    }

    [Theory]
    [InlineData(Queue, 1)]
    [InlineData(Requester.Queue, 0)]
    public void A_request_that_two_have_handled_is_reported_unless_it_is_a_job(string to, int wrong)
    {
        Requested("r1", to);
        Asked("r1");
        Asked("r1");
        Ended("r1", EventKind.Unanswered, "request-timeout");
        Verdict.RequestsWrong.Should().Be(wrong);
    }

    private void Requested(string id, string to = Queue) =>
        History.Add(new HistoryEvent { Kind = EventKind.Request, Device = Ours, Id = id, Address = to, Life = 5 });

    private void Asked(string id) => History.Add(new HistoryEvent { Kind = EventKind.Asked, Device = Ours, Id = id });

    private void Ended(string id, string kind, string why, double time = 0) =>
        History.Add(new HistoryEvent { Kind = kind, Time = time, Device = Ours, Id = id, Why = why });
}
