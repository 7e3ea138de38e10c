using System.Text.Json;

namespace Wsmq.Tests.HostAndCli;

/// <summary><c>wsmq tail</c> against real nodes, also over a connection that is lost.</summary>
public sealed class CliTailTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_logs_are_followed_and_nothing_is_acknowledged()
    {
        await using var cli = await ApiCli.StartAsync(_folder);
        await cli.Node.Groups.AddToGroupAsync("bob", "ops");
        await SendAsync(cli.Node, "user:bob", "stored");
        await using var tail = cli.As("bob").Start("tail", "user:bob", "group:ops", "--count", "3");
        await Eventually.That("the stored message is printed", () => tail.Output.Any(l => l.EndsWith("stored", StringComparison.Ordinal)));
        await SendAsync(cli.Node, "group:ops", "to all");
        await SendAsync(cli.Node, "user:bob", "to bob");

        (await tail.ExitCodeAsync()).Should().Be(0, tail.Error);

        tail.Output.Should().HaveCount(3).And.Contain(l => l.Contains("group:ops  from the app", StringComparison.Ordinal));
        (await cli.As("bob").OkAsync("log", "read", "user:bob")).Split('\n').Should().HaveCount(2, "nothing was acknowledged");
    }

    [Fact]
    public async Task After_a_lost_connection_it_continues_after_the_last_message_that_was_printed()
    {
        await using var cli = await ApiCli.StartAsync(_folder);
        var first = await SendAsync(cli.Node, "user:bob", "0");
        await using var proxy = new TcpProxy(cli.Node.Hub);
        await using var tail = cli.As("bob").Start(proxy.Hub, ["tail", "user:bob", "--after", first, "--json", "--count", "40"]);
        for (var i = 1; i <= 40; i++)
        {
            await SendAsync(cli.Node, "user:bob", $"{i}");
            if (i % 10 != 0)
                continue;
            await Eventually.That("the messages are printed", () => tail.Output.Count == i);
            proxy.Cut();
        }

        (await tail.ExitCodeAsync()).Should().Be(0, tail.Error);

        tail.Output.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("body").GetString()).Should()
            .Equal(Enumerable.Range(1, 40).Select(i => $"{i}"));
        tail.Error.Should().Contain("lost the stream").And.Contain(" again");
    }

    [Fact]
    public async Task An_operators_tail_that_is_lost_before_its_first_message_continues_where_it_began()
    {
        await using var cli = await ApiCli.StartAsync(_folder);
        await using var proxy = new TcpProxy(cli.Node.Hub);
        await using var tail = cli.Start(proxy.Hub, ["tail", "user:bob", "--operator", "--json", "--count", "1"]);
        await Eventually.That("it is connected", () => tail.Error.Contains("connected", StringComparison.Ordinal));
        proxy.Refuses = true;
        proxy.Cut();
        await Eventually.That("it is lost", () => tail.Error.Contains("lost the stream", StringComparison.Ordinal));

        var missed = await SendAsync(cli.Node, "user:bob", "meanwhile");
        proxy.Refuses = false;

        (await tail.ExitCodeAsync()).Should().Be(0, tail.Error);
        JsonDocument.Parse(tail.Output.Single()).RootElement.GetProperty("position").GetString().Should().Be(missed);
    }

    [Fact]
    public async Task The_keys_of_state_and_of_removals_are_printed()
    {
        await using var cli = await ApiCli.StartAsync(_folder);
        await cli.Node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("1"), StateKey = "k" });
        await cli.Node.Publisher.RemoveStateAsync(WsmqAddress.User("bob"), "k");
        await using var tail = cli.As("bob").Start("tail", "user:bob", "--count", "2");

        (await tail.ExitCodeAsync()).Should().Be(0, tail.Error);

        tail.Output.Should().SatisfyRespectively(
            message => message.Should().EndWith("  1  (state k)"), removal => removal.Should().EndWith("  (state removed)  (state k)"));
    }

    [Fact]
    public async Task What_the_options_do_not_select_is_not_printed()
    {
        await using var cli = await ApiCli.StartAsync(_folder);
        foreach (var (type, area) in new[] { ("order-new", "n"), ("order-new", "s"), ("other", "n"), ("paid", "n") })
        {
            await cli.Node.Publisher.SendAsync(new WsmqOutgoingMessage
            {
                To = "user:bob", Type = type, Body = WsmqJsonBody.From(type + area), Headers = new Dictionary<string, string> { ["area"] = area },
            });
        }

        await using var tail = cli.As("bob").Start("tail", "user:bob", "--type", "order*", "--type", "paid", "--header", "area=n", "--json", "--count", "2");

        (await tail.ExitCodeAsync()).Should().Be(0, tail.Error);
        tail.Output.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("body").GetString()).Should().Equal("order-newn", "paidn");
    }

    [Fact]
    public async Task A_revoked_token_ends_it_with_the_reason()
    {
        await using var cli = await ApiCli.StartAsync(_folder);
        await using var tail = cli.As("bob").Start("tail", "user:bob");
        await Eventually.That("it is connected", () => tail.Error.Contains("connected", StringComparison.Ordinal));

        await cli.Node.Access.BanAsync("bob");

        (await tail.ExitCodeAsync()).Should().Be(1);
        tail.Error.Should().Contain("[wsmq 1007 banned final]");
    }

    [Fact]
    public async Task Ctrl_C_is_the_normal_end()
    {
        await using var cli = await ApiCli.StartAsync(_folder);
        await using var tail = cli.As("bob").Start("tail", "user:bob");
        await Eventually.That("it is connected", () => tail.Error.Contains("connected", StringComparison.Ordinal));

        tail.Interrupt();

        (await tail.ExitCodeAsync()).Should().Be(0, tail.Error);
    }

    [Theory]
    [InlineData(1, "3002", "user:alice")]
    [InlineData(1, "4002", "user:bob", "--after", "9000000000000000")]
    [InlineData(1, "3007", "user:bob", "--operator", "--after", "9000000000000000")]
    [InlineData(1, "2008", "user:bob", "--type", "")]
    [InlineData(2, "not for --operator", "user:bob", "--operator", "--type", "a")]
    [InlineData(2, "one position for each", "user:bob", "group:ops", "--after", "9000000000000000")]
    public async Task What_can_never_work_ends_it(int code, string error, params string[] arguments)
    {
        await using var node = await Api.HttpCaller.StartNodeAsync(s => s.UseSqlite(_folder.File("wsmq.db")));

        var result = await new ApiCli(node, "bob").RunAsync(["tail", .. arguments]);

        result.Code.Should().Be(code, result.Error);
        result.Error.Should().Contain(error);
    }

    private static async Task<string> SendAsync(TestNode node, string to, string text) =>
        (await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = to, Body = WsmqJsonBody.From(text) })).Position;
}
