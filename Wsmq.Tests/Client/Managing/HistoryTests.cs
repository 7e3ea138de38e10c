using Microsoft.AspNetCore.SignalR;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client.Managing;

/// <summary>How the client reads a history page by page, on a scripted server.</summary>
public sealed class HistoryTests : ClientTest
{
    private static readonly WsmqAddress Source = WsmqAddress.User("bob");

    [Fact]
    public async Task Pages_are_read_when_they_are_needed_and_again_after_a_lost_connection_or_a_temporary_refusal()
    {
        Script.OnQueueCall = (_, context) => Script.QueueCalls.Count switch
        {
            1 => Page(7, 1, 2),
            2 => LoseAsync(context),
            3 => throw new HubException(new WsmqException(WsmqErrors.TooManyResumes, TimeSpan.FromMilliseconds(1)).Message),
            4 => Page(9),
            _ => Page(null, 3),
        };
        await Client.StartAsync();
        await using var history = Client.HistoryAsync(Source, new() { Max = 2 }).GetAsyncEnumerator();

        (await history.MoveNextAsync()).Should().BeTrue();
        (await history.MoveNextAsync()).Should().BeTrue();
        Script.QueueCalls.Should().ContainSingle("nothing is read ahead");
        (await history.MoveNextAsync()).Should().BeTrue();
        history.Current.Position.Should().Be(At(3).ToString());
        (await history.MoveNextAsync()).Should().BeFalse();

        Script.QueueCalls.Select(c => c.Method).Should().OnlyContain(m => m == "History");
        Script.QueueCalls.Select(c => ((WsmqHistoryQuery)c.Arguments[1]!).After).Should().Equal(null, At(7), At(7), At(7), At(9));
    }

    [Fact]
    public async Task With_the_newest_first_the_next_page_is_before_the_last_one_and_a_typed_history_asks_for_its_type()
    {
        Script.OnQueueCall = (_, _) => Script.QueueCalls.Count == 1 ? Page(7) : Page(null);
        await Client.StartAsync();

        await foreach (var _ in Client.HistoryAsync<Number>(Source, new() { Newest = true, After = At(1) }))
            throw new InvalidOperationException("the pages are empty");

        Script.QueueCalls.Select(c => (WsmqHistoryQuery)c.Arguments[1]!).Should().Equal(
            new WsmqHistoryQuery { Newest = true, After = At(1), Type = nameof(Number) },
            new WsmqHistoryQuery { Newest = true, After = At(1), Type = nameof(Number), Before = At(7) });
    }

    [Fact]
    public async Task A_final_refusal_is_the_error_at_once()
    {
        Script.OnQueueCall = (_, _) => throw new HubException(new WsmqException(WsmqErrors.HistoryNotAllowed).Message);
        await Client.StartAsync();

        var failure = await Xunit.Record.ExceptionAsync(() => Client.HistoryPageAsync(Source));

        failure.Should().BeOfType<WsmqException>().Which.Error.Should().Be(WsmqErrors.HistoryNotAllowed);
        Script.QueueCalls.Should().ContainSingle().Which.Arguments.Should().Equal(["user:bob", null]);
    }

    private static WsmqPosition At(long number) => new(number);

    private static Task<object?> Page(long? next, params long[] positions) => Task.FromResult<object?>(new WsmqHistoryPage
    {
        Entries = [.. positions.Select(n => new WsmqDelivery
        {
            Source = "user:bob", Position = At(n).ToString(), Previous = At(n - 1).ToString(), Id = $"m{n}", Body = WsmqJsonBody.Parse("1"),
        })],
        Next = next is { } position ? At(position) : null,
        Tail = At(99),
    });

    private static async Task<object?> LoseAsync(HubCallerContext context)
    {
        context.Abort();
        await Task.Delay(Timeout.Infinite, context.ConnectionAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        return null;
    }
}
