using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>Filters and pauses with a scripted server: when they are set, and what a refusal does.</summary>
public sealed class ReadingTests : ClientTest
{
    private const string Filter = """SetFilter user:bob {"types":["a"]}""";

    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private static readonly WsmqAddress Ops = WsmqAddress.Group("ops");
    private static readonly WsmqFilter OfA = new() { Types = ["a"] };

    private Func<Task<string?>>? _token;

    private protected override void Configure(WsmqClientOptions options) =>
        options.AccessTokenProvider = _ => _token?.Invoke() ?? Task.FromResult<string?>(null);

    [Fact]
    public async Task They_are_set_before_anything_is_delivered_again_after_a_temporary_refusal_and_on_each_connection()
    {
        Script.OnReading = _ => Script.Readings.Count == 1 ? throw Refusal(WsmqErrors.TooManyResumes) : Task.CompletedTask;
        await Client.SetFilterAsync(Bob, OfA);
        await Client.PauseReadingAsync(Ops);
        await Client.StartAsync();
        await CallsAsync(Filter, Filter, "PauseReading group:ops", "BeginReading");

        await Script.AbortAllAsync();
        await CallsAsync(Filter, Filter, "PauseReading group:ops", "BeginReading", Filter, "PauseReading group:ops", "BeginReading");
        Script.Holds.Should().Equal("true", "true");

        await Client.SetFilterAsync(Bob, null);
        await Client.ResumeReadingAsync(Ops);
        await Script.AbortAllAsync();
        await Eventually.That("it has connected again", () => Script.Holds.Count == 3);
        Script.Holds.Should().Equal("true", "true", "");
        Script.Readings.Skip(7).Should().Equal("SetFilter user:bob null", "ResumeReading group:ops");
    }

    [Fact]
    public async Task One_for_all_sources_is_set_on_each_connection_as_well()
    {
        await Client.SetFilterAsync(OfA);
        await Client.StartAsync();
        await CallsAsync("SetFilter * {\"types\":[\"a\"]}", "BeginReading");

        await Client.SetFilterAsync(null);
        await CallsAsync("SetFilter * {\"types\":[\"a\"]}", "BeginReading", "SetFilter * null");
        await Script.AbortAllAsync();
        await Eventually.That("it has connected again", () => Script.Holds.Count == 2);
        Script.Holds.Should().Equal("true", "");
    }

    [Fact]
    public async Task A_refused_one_is_reported_or_thrown_and_the_others_hold()
    {
        Script.OnReading = call =>
            call.Contains("user:bob", StringComparison.Ordinal) ? throw Refusal(WsmqErrors.TooManyFilters) : Task.CompletedTask;
        await Client.SetFilterAsync(Bob, OfA);
        await Client.PauseReadingAsync(Ops);
        await Client.StartAsync();
        await CallsAsync(Filter, "PauseReading group:ops", "BeginReading");
        Errors.Select(e => e.Exception).OfType<WsmqException>().Should().ContainSingle().Which.Error.Should().Be(WsmqErrors.TooManyFilters);

        var pause = () => Client.PauseReadingAsync(Bob);
        (await pause.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.TooManyFilters);
    }

    [Fact]
    public async Task The_refusal_of_a_pause_does_not_end_a_later_one()
    {
        await Client.StartAsync();
        var refusal = new TaskCompletionSource();
        Script.OnReading = _ => Script.Readings.Count == 1 ? refusal.Task : Task.CompletedTask;
        var first = Client.PauseReadingAsync(Ops);
        await CallsAsync("PauseReading group:ops");
        var second = Client.PauseReadingAsync(Ops);
        refusal.SetException(Refusal(WsmqErrors.ReadNotAllowed));
        await first.Invoking(f => f).Should().ThrowAsync<WsmqException>();
        await second;

        await Script.AbortAllAsync();
        await CallsAsync("PauseReading group:ops", "PauseReading group:ops", "PauseReading group:ops", "BeginReading");
    }

    [Fact]
    public async Task One_that_is_set_while_a_connection_begins_is_set_on_the_next_one_and_nothing_counts_before()
    {
        var (asked, token) = (new TaskCompletionSource(), new TaskCompletionSource<string?>());
        _token = () =>
        {
            asked.TrySetResult();
            return token.Task;
        };
        Record();
        Script.OnConnected = client => Script.Holds.Count == 1 ? client.Receive(Entry.Chat(1)) : Task.CompletedTask;
        var starting = Client.StartAsync();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(90));
        await Client.SetFilterAsync(Bob, OfA);
        token.SetResult(null);
        await starting;

        await CallsAsync(Filter, "BeginReading");
        Script.Holds.Should().Equal("", "true");
        Handled.Should().BeEmpty();
    }

    private static HubException Refusal(WsmqError error) => new(new WsmqException(error).Message);

    private Task CallsAsync(params string[] calls) =>
        Eventually.That($"the calls are {string.Join(", ", calls)}", () => Script.Readings.SequenceEqual(calls));
}
