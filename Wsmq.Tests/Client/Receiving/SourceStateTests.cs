namespace Wsmq.Tests.Client;

/// <summary>
/// What the client does with each arrival, as a table. Steps: d3&lt;2 is a delivery at position 3 that follows 2; gap3-6 announces that
/// entries after 3 and before 6 are missing; skip3-6 says that what is after 3, up to 6, is not for the client; state5:2,4 is a state of two messages, after which the log goes on after 5; start5 is the app's
/// own position; handle takes one item from the queue, of two; resume calls
/// Resume if it is needed, answered and refused are the server's answer, connect is a new connection.
/// </summary>
public sealed class SourceStateTests
{
    private readonly SourceState _source = new(WsmqAddress.User("bob"), capacity: 2);
    private readonly List<string> _seen = [];

    [Theory]

    // In order; what was received before is dropped, and acknowledged again if it was handled.
    [InlineData("d1<0 d2<1", "taken taken")]
    [InlineData("d7<6", "taken")]
    [InlineData("d1<0 d1<0", "taken ignored")]
    [InlineData("d1<0 handle d1<0", "taken 1 handled-before")]

    // Entries are missing: Resume, and everything that does not follow is dropped until it is answered.
    [InlineData("d1<0 d3<2 resume answered handle d2<1 handle d3<2", "taken missing after1 done 1 taken 2 taken")]
    [InlineData("d1<0 d3<2 d4<3 resume", "taken missing ignored after1")]
    [InlineData("d1<0 d3<2 resume d4<3 answered", "taken missing after1 ignored done")]
    [InlineData("d1<0 resume", "taken none")]

    // Entries that the Resume had requested are missing again: one more.
    [InlineData("d1<0 d3<2 resume d2<1 d5<4 answered resume", "taken missing after1 taken ignored again after2")]

    // An unanswered Resume is called again.
    [InlineData("d1<0 d3<2 resume connect resume answered", "taken missing after1 after1 done")]

    // Answered three times without the missing entries, or refused: they are lost. The gap takes the second place of the queue.
    [InlineData("d1<0 handle d3<2 resume answered d3<2 resume answered d3<2 resume answered d3<2 handle handle",
        "taken 1 missing after1 done missing after1 done missing after1 done taken gap1-3 3")]
    [InlineData("d1<0 handle d3<2 resume refused d3<2 handle handle", "taken 1 missing after1 done taken gap1-3 3")]

    // The queue is full: what does not fit is requested again once half of it is free.
    [InlineData("d1<0 d2<1 d3<2 resume handle resume answered d3<2", "taken taken ignored none 1 after2 done taken")]

    // Gaps of the server are items like messages.
    [InlineData("d1<0 gap1-4 handle handle d4<3", "taken taken 1 gap1-4 taken")]
    [InlineData("d1<0 gap3-6", "taken missing")]
    [InlineData("d5<4 gap1-4", "taken ignored")]

    // What is not for this client is no gap and no item; entries may be missing before it.
    [InlineData("d1<0 skip1-5 d6<5", "taken ignored taken")]
    [InlineData("d1<0 skip1-5 d3<1 handle d4<1", "taken ignored ignored 1 ignored")]
    [InlineData("d1<0 skip3-5 resume", "taken missing after1")]
    [InlineData("skip0-5 d7<6 resume", "ignored missing after5")]

    // The app's own position: Resume on every connection, and nothing up to there is delivered.
    [InlineData("start5 d3<2 resume d6<5 answered", "ignored after5 taken done")]
    [InlineData("start5 resume answered connect resume", "after5 done after5")]
    [InlineData("d1<0 start5 handle", "taken obsolete1")]

    // Set while a Resume is in flight: its answer says nothing about the new position, whether that is before or after the old one.
    [InlineData("d1<0 d3<2 resume start5 answered resume answered", "taken missing after1 again after5 done")]
    [InlineData("d1<0 d3<2 resume d2<1 start5 d7<6 answered resume", "taken missing after1 taken ignored again after5")]
    [InlineData("start5 resume start2 answered resume answered", "after5 again after2 done")]

    // A state is an item like a message. The last received position does not go back, and what the app has is not handled again.
    [InlineData("state5:2,4 handle d6<5", "taken state5:2,4 taken")]
    [InlineData("state0: handle d1<0", "taken state0: taken")]
    [InlineData("d1<0 handle d2<1 handle state0: handle d3<2", "taken 1 taken 2 taken state0: taken")]
    [InlineData("d1<0 handle state5:3 resume state1:3 handle answered d6<5", "taken 1 missing after1 taken state1:3 done missing")]
    [InlineData("state5:2,4 handle state5:2,4 handle", "taken state5:2,4 taken state5:")]
    [InlineData("state5:2,4 d6<5 handle handle state5:2,4,6 handle", "taken taken state5:2,4 6 taken state5:")]
    [InlineData("d5<4 handle state5:7,8 gap5-9 handle handle state5:7,8 gap5-9 handle", "taken 5 taken taken state5:7,8 gap5-9 taken handled-before state5:")]

    // Without room, or while entries before it are missing, it is dropped as everything else: the server delivers it again after the Resume.
    [InlineData("d1<0 d2<1 state2:4 resume handle resume", "taken taken ignored none 1 after2")]
    [InlineData("d1<0 d3<2 state2:2 resume", "taken missing ignored after1")]
    [InlineData("d1<0 handle d3<2 resume refused state5:4 handle handle", "taken 1 missing after1 done taken gap1-6 state5:4")]

    // The app's own position: what is up to there it has.
    [InlineData("start5 state9:3,7 resume answered state5:3,7 handle", "ignored after5 done taken state5:7")]
    [InlineData("d9<8 handle start0 resume state0:3,8 answered handle", "taken 9 after0 taken done state0:3,8")]
    [InlineData("state5:2 start0 handle", "taken obsoletestate5:2")]
    public void Arrivals_are_taken_dropped_or_requested_again(string steps, string expected)
    {
        foreach (var step in steps.Split(' '))
            Do(step);

        string.Join(' ', _seen).Should().Be(expected);
    }

    private void Do(string step)
    {
        switch (step)
        {
            case "handle": Handle(); break;
            case "resume":
                _seen.Add(_source.ResumeAfter() is { } position ? $"after{position.Value}" : "none");
                break;
            case "answered": Answer(null); break;
            case "refused": Answer(new WsmqException(WsmqErrors.ReadNotAllowed)); break;
            case "connect": _source.Connected(); break;
            case ['d', .. var numbers] when numbers.Split('<') is [var at, var previous]:
                Show(_source.Arrived(Entry.Chat(1), At(at), At(previous)));
                break;
            case ['g', 'a', 'p', .. var numbers] when numbers.Split('-') is [var from, var to]:
                Show(_source.Announced(new WsmqGapEventArgs(_source.Source, At(from), At(to), WsmqGapReasons.Retention)));
                break;
            case ['s', 'k', 'i', 'p', .. var numbers] when numbers.Split('-') is [var after, var skipped]:
                Show(_source.Skipped(At(after), At(skipped)));
                break;
            case ['s', 't', 'a', 't', 'e', .. var state] when state.Split(':') is [var through, var positions]:
                Show(_source.StateArrived([.. positions.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(MessageAt)], At(through)));
                break;
            case ['s', 't', 'a', 'r', 't', .. var at]: _source.StartAfter(At(at)); break;
            default: throw new ArgumentException(step);
        }
    }

    [Fact]
    public async Task A_position_that_is_set_after_the_stop_is_not_waited_for()
    {
        _source.Stop();
        _source.StartAfter(At("1"));

        var resumed = () => _source.WhenResumed();

        (await resumed.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.ClientClosed);
    }

    [Fact]
    public void A_state_behind_what_the_app_has_tells_its_keys_only_with_a_gap_that_follows_it()
    {
        Completed("state5:2,4").Should().Equal("k2", "k4");
        Do("d6<5");
        Do("handle");
        Completed("state5:2,4").Should().BeNull("the app has the key of 6");
        Do("d7<6");
        Do("handle");

        Completed("state5:4,8").Should().BeNull();
        Completed("gap5-9").Should().Equal("k4", "k8");
        Completed("gap8-12").Should().BeNull();
    }

    private IReadOnlyList<string>? Completed(string step)
    {
        Do(step);
        _source.Queue.TryRead(out var item).Should().BeTrue();
        _source.Left(item, handled: true);
        return item.Complete?.Keys;
    }

    private void Handle()
    {
        _source.Queue.TryRead(out var item).Should().BeTrue();
        var current = _source.IsCurrent(item);
        _source.Left(item, handled: current);
        _seen.Add((current ? string.Empty : "obsolete") + (
            item.Gap is { } gap ? $"gap{gap.After.Value}-{gap.Before.Value}"
            : item.State is { } state ? $"state{item.Position.Value}:{string.Join(',', state.Select(m => WsmqPosition.Parse(m.Position).Value))}"
            : $"{item.Position.Value}"));
    }

    private static StateMessage MessageAt(string number) => new(Entry.Chat(At(number).Value) with { StateKey = $"k{number}" }, At(number));

    private void Answer(Exception? refusal) => _seen.Add(_source.ResumeAnswered(refusal) ? "again" : "done");

    private void Show(Arrival arrival) => _seen.Add(arrival == Arrival.HandledBefore ? "handled-before" : arrival.ToString().ToLowerInvariant());

    private static WsmqPosition At(string number) => new(long.Parse(number, null));
}
