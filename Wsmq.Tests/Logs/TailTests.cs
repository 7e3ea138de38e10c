using System.Diagnostics;
using System.Security.Claims;
using System.Text.RegularExpressions;
using Wsmq.Server.Limits;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Logs;

/// <summary>The tail of a log: where it begins, what it costs while nothing happens, and how it ends.</summary>
public sealed partial class TailTests : IDisposable
{
    private const string Events = "/addresses/user:bob/events";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_tail_that_is_cut_before_its_first_entry_continues_where_it_began()
    {
        await using var node = await StartAsync();
        await node.SendAsync("user:bob", "\"old\"");
        string began;
        await using (var tail = await node.Admin.StreamAsync(Events))
            began = await BeginningAsync(tail);

        await node.SendAsync("user:bob", "\"meanwhile\"");
        await using var again = await node.Admin.StreamAsync(Events, began);

        await Eventually.That("it arrives", () => again.Messages.Any());
        again.Messages.Single().Json.GetProperty("preview").GetString().Should().Be("\"meanwhile\"");
    }

    [Fact]
    public async Task A_stream_of_logs_that_is_cut_before_its_first_entry_is_told_what_was_removed_meanwhile()
    {
        await using var node = await StartAsync(o => o.Retention.MaxCount = 1);
        using var bob = HttpCaller.Of(node.Node, "bob");
        string began;
        await using (var stream = await bob.ListenAsync("address=user:bob"))
            began = await BeginningAsync(stream);

        await node.SendAsync("user:bob");
        await node.SendAsync("user:bob");
        await using var again = await bob.ListenAsync("address=user:bob", began);

        await Eventually.That("the newest arrives", () => again.Messages.Any());
        again.Events.Select(e => e.Type).Should().Equal("gap", "message");
    }

    [Fact]
    public async Task A_stream_that_only_tells_when_to_return_does_not_take_the_position_away()
    {
        await using var node = await StartAsync(o => o.Limits.ConnectionsPerUser = 1);
        using var bob = HttpCaller.Of(node.Node, "bob");
        await using var first = await bob.ListenAsync("address=user:bob");

        await using var refused = await bob.ListenAsync("address=user:bob", "0000000000000007");

        await Eventually.That("it ends", () => refused.HasEnded);
        refused.EndCode.Should().Be("too-many-connections");
        (await BeginningAsync(refused)).Should().Be("0000000000000007");
    }

    [Fact]
    public async Task A_silent_tail_gets_comments_however_long_the_interval_of_checks_is()
    {
        await using var node = await StartAsync(
            o => (o.Access.CheckInterval, o.Endpoint.StreamKeepAlive) = (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1)));
        await using var tail = await node.Admin.StreamAsync(Events);

        await Eventually.That("two comments arrive", () => CommentsOf(tail) > 1);
    }

    [Fact]
    public async Task A_silent_tail_asks_for_rights_with_its_comments_only()
    {
        await using var node = await StartAsync(
            o => (o.Access.CheckInterval, o.Endpoint.StreamKeepAlive) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)));
        await using var tail = await node.Admin.StreamAsync(Events);

        // Whether it may view, and whether it may read bodies: at the start, and with each comment, of which the next may be on its way.
        var (asked, comments) = (0, 0);
        await Eventually.That("two comments arrive", () =>
        {
            (asked, comments) = (node.Rights.Asked, CommentsOf(tail));
            return comments > 1;
        });
        asked.Should().BeLessThanOrEqualTo(2 * (comments + 2));
    }

    [Fact]
    public async Task What_a_tail_reads_is_charged_to_its_operator()
    {
        await using var node = await StartAsync(o => (o.Limits.UserReadBytesPerSecond, o.Limits.UserReadByteBurst) = (1, 1_024));
        await using var tail = await node.Admin.StreamAsync(Events);
        var reads = node.Get<ConnectionLimits>().BeginRequest("admin", new ClaimsPrincipal()).User.LogReads;
        reads.IsIdle(Stopwatch.GetTimestamp()).Should().BeTrue();

        await node.SendAsync("user:bob", $"\"{new string('x', 100)}\"");
        await Eventually.That("it arrives", () => tail.Messages.Any());

        reads.IsIdle(Stopwatch.GetTimestamp()).Should().BeFalse();
    }

    [Fact]
    public async Task A_tail_that_is_ended_while_the_authorizer_thinks_tells_why()
    {
        await using var node = await StartAsync(o => o.Access.CheckInterval = TimeSpan.FromMilliseconds(100));
        await using var tail = await node.Admin.StreamAsync(Events);
        await BeginningAsync(tail);
        var asked = node.Rights.Asked;
        node.Rights.Hang();
        await Eventually.That("the authorizer is asked", async () =>
        {
            await node.SendAsync("user:bob");
            return node.Rights.Asked > asked;
        });

        await node.Node.Access.BanAsync("admin");

        await Eventually.That("the stream ends", () => tail.HasEnded);
        tail.EndCode.Should().Be("banned");
    }

    private static async Task<string> BeginningAsync(EventReader stream)
    {
        await Eventually.That("the stream has begun", () => Beginning().IsMatch(stream.Raw));
        return Beginning().Match(stream.Raw).Groups["id"].Value;
    }

    private static int CommentsOf(EventReader stream) => stream.Raw.Split("\n:\n").Length - 1;

    private Task<OperatorNode> StartAsync(Action<WsmqOptions>? options = null) =>
        OperatorNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")), options);

    [GeneratedRegex(@"^retry: \d+\nid: (?<id>\d{16})\n\n")]
    private static partial Regex Beginning();
}
