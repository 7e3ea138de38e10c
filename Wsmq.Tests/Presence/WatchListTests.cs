using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Wsmq.Server.Presence;

namespace Wsmq.Tests.Presence;

/// <summary>A list that does not fit into one question.</summary>
public sealed class WatchListTests
{
    [Fact]
    public void Each_question_but_the_last_says_that_more_follows_and_everything_is_owed_until_then()
    {
        var list = new WatchList();
        foreach (var i in Enumerable.Range(0, 500))
            list.Add(WsmqAddress.User($"user-{i}-{new string('x', 40)}"));
        using var clock = new PresenceClock(Options.Create(new WsmqOptions()), TimeProvider.System);
        var watcher = new PresenceWatcher("aaaaaaaa", null!, null!, clock, NullLogger.Instance);
        var questions = new List<PresenceQuestion>();
        var owed = new List<bool>();
        do
        {
            questions.Add(list.Next("bbbbbbbb", [], (_, _) => { }));
            watcher.Change(questions[^1]);
            owed.Add(watcher.Owes(questions.Count == 1, questions[^1].Continues));
        }
        while (list.HasChanges);

        questions.Count.Should().BeGreaterThan(2);
        questions.SkipLast(1).Should().OnlyContain(q => q.Continues);
        questions[^1].Continues.Should().BeFalse();
        owed.Should().OnlyContain(o => o);
        watcher.Addresses.Should().HaveCount(500);
        watcher.Owes(false, false).Should().BeFalse();
    }

    [Fact]
    public void A_list_that_begins_anew_owes_everything_and_one_that_goes_on_does_not()
    {
        var list = new WatchList();
        list.Add(WsmqAddress.User("alice"));
        using var clock = new PresenceClock(Options.Create(new WsmqOptions()), TimeProvider.System);
        var watcher = new PresenceWatcher("aaaaaaaa", null!, null!, clock, NullLogger.Instance);
        watcher.Change(list.Next("bbbbbbbb", [], (_, _) => { }));
        watcher.Owes(false, false).Should().BeFalse();
        list.Next("bbbbbbbb", [], (_, _) => { });
        list.Add(WsmqAddress.User("bob"));
        list.Next("bbbbbbbb", [], (_, _) => { });

        list.TellAgain();
        watcher.Change(list.Next("bbbbbbbb", [], (_, _) => { }));

        watcher.Owes(false, false).Should().BeTrue();
        watcher.Addresses.Should().HaveCount(2);
    }
}
