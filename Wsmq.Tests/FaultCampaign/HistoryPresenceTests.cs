using Wsmq.Faults.History;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>The presence that clients and nodes see after the last fault.</summary>
public sealed class HistoryPresenceTests : HistoryTest
{
    [Fact]
    public void What_differs_from_the_truth_is_reported_for_each_that_sees_it()
    {
        History.Add(new HistoryEvent { Kind = EventKind.PresenceTrue, Address = Queue, Why = "ours away 3, plain online -" });
        Sees(Ours, "ours away 3, plain online -");
        Sees("node1", "plain online -");
        Sees("node2", "nothing");
        Verdict.PresenceWrong.Should().Be(2);
        Verdict.Violations.Should().HaveCount(2);
    }

    private void Sees(string reader, string text) =>
        History.Add(new HistoryEvent { Kind = EventKind.PresenceSeen, Device = reader, Address = Queue, Why = text });
}
