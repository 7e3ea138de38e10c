using System.Text.Json;

namespace Wsmq.Tests.HostAndCli;

/// <summary><c>wsmq history</c> against a real node.</summary>
public sealed class CliHistoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_history_is_printed_like_messages_that_arrive_and_nothing_is_acknowledged_or_registered()
    {
        await using var cli = await ApiCli.StartAsync(_folder);
        await cli.Node.Publisher.SendManyAsync([.. Enumerable.Range(0, 250).Select(i => new WsmqOutgoingMessage
        {
            To = "user:bob", Type = i % 2 == 0 ? "chat" : "order-paid", Body = WsmqJsonBody.Parse($"{i}"),
        })]);
        var bob = cli.As("bob");

        var newest = (await bob.OkAsync("history", "user:bob", "--newest", "--max", "2")).Split('\n');
        var some = (await bob.OkAsync("history", "user:bob")).Split('\n');
        var all = (await bob.OkAsync("history", "user:bob", "--all", "--type", "order-*", "--json")).Split('\n');

        newest[0].Should().StartWith("2").And.EndWith("user:bob  from the app  order-paid  249");
        newest[1].Should().EndWith("chat  248");
        some.Should().HaveCount(50);
        all.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("body").GetInt32()).Should()
            .Equal(Enumerable.Range(0, 125).Select(i => (2 * i) + 1));
        (await bob.OkAsync("history", "user:bob", "--sender", "nobody")).Should().BeEmpty();
        (await bob.OkAsync("history", "user:bob", "--to", "2001-01-01T00:00:00Z")).Should().BeEmpty();
        (await cli.Node.Devices.ListAsync("bob")).Should().BeEmpty();
    }

    [Fact]
    public async Task What_the_user_may_not_read_and_options_that_do_not_fit_are_refused()
    {
        await using var cli = await ApiCli.StartAsync(_folder);

        var refused = await cli.As("bob").RunAsync("history", "user:alice");
        var both = await cli.As("bob").RunAsync("history", "user:bob", "--all", "--max", "3");
        var position = await cli.As("bob").RunAsync("history", "user:bob", "--after", "7");

        refused.Error.Should().Contain("history-not-allowed");
        (refused.Code, both.Code, position.Code).Should().Be((1, 2, 2));
        both.Error.Should().Contain("only one of --max and --all");
    }
}
