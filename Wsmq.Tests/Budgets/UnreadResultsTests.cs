using System.Text;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Budgets;

/// <summary>A client that keeps sending refused messages and reads no results has to wait; the memory of its node does not grow.</summary>
public sealed class UnreadResultsTests : IDisposable
{
    private const long Most = 48 * 1024 * 1024;

    // A node that still reads from the socket has taken a frame long before it has served another user this many times.
    private const int MostRoundTrips = 500;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"to":"nobody"}""")]
    [InlineData("7")]
    public async Task The_node_stops_reading_from_a_client_that_does_not_read_its_results(string refused)
    {
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")), o => o.Limits.ConnectionSendsPerSecond = 0);
        await using var mallory = await RawClient.ConnectAsync(node, "mallory", reads: false);
        await mallory.SendAsync("""{"type":4,"invocationId":"1","target":"SendStream","arguments":[],"streamIds":["s"]}""");
        await IsStuckAsync(node, mallory, $$"""{"type":2,"invocationId":"s","item":[{{string.Join(',', Enumerable.Repeat(refused, 500))}}]}""");
    }

    [Fact]
    public async Task The_node_stops_reading_from_a_client_that_does_not_read_its_histories()
    {
        await using var node = await TestNode.StartAsync(
            s => s.UseSqlite(_folder.File("wsmq.db")), o => (o.Limits.UserResumesPerSecond, o.Limits.UserReadBytesPerSecond) = (0, 0));
        for (var i = 0; i < 4; i++)
            await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:mallory", Data = new byte[200_000] });
        await using var mallory = await RawClient.ConnectAsync(node, "mallory", reads: false);

        const string Call = """{"type":1,"invocationId":"1","target":"History","arguments":["user:mallory",null]}""";
        await IsStuckAsync(node, mallory, string.Join('\u001e', Enumerable.Repeat(Call, 500)));
    }

    [Fact]
    public async Task A_client_that_reads_its_results_gets_one_for_each_message()
    {
        const int Count = 1_200;
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")));
        await using var mallory = await RawClient.ConnectAsync(node, "mallory");
        await mallory.SendAsync("""{"type":4,"invocationId":"1","target":"SendStream","arguments":[],"streamIds":["s"]}""");
        for (var i = 0; i < Count / 100; i++)
            await mallory.SendAsync($$"""{"type":2,"invocationId":"s","item":[{{string.Join(',', Enumerable.Repeat("7", 100))}}]}""");
        await mallory.SendAsync("""{"type":3,"invocationId":"s"}""");

        await Eventually.That("the stream is complete", () => mallory.All.Any(m => m.Contains("{\"type\":3,\"invocationId\":\"1\"", StringComparison.Ordinal)));
        string.Concat(mallory.All).Split("\"number\":").Should().HaveCount(Count + 1);
    }

    [Theory]
    [InlineData("SendMany", """{"type":1,"invocationId":"1","target":"SendMany","arguments":[[{"to":"user:bob","id":"LONG","body":1}]]}""")]
    [InlineData("SendStream", """{"type":2,"invocationId":"s","item":[{"to":"user:bob","id":"LONG","body":1}]}""")]
    public async Task An_invalid_id_is_not_repeated_in_the_result(string method, string frame)
    {
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")));
        await using var mallory = await RawClient.ConnectAsync(node, "mallory");
        if (method == "SendStream")
            await mallory.SendAsync("""{"type":4,"invocationId":"1","target":"SendStream","arguments":[],"streamIds":["s"]}""");
        await mallory.SendAsync(frame.Replace("LONG", new string('x', 100_000), StringComparison.Ordinal));

        await Eventually.That("it is answered", () => mallory.All.Any(m => m.Contains("\"number\":0", StringComparison.Ordinal)));
        string.Concat(mallory.All).Should().Contain("invalid-message").And.NotContain("xxx");
    }

    [Fact]
    public async Task An_array_that_is_far_too_long_is_refused_as_a_whole()
    {
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")));
        await using var mallory = await RawClient.ConnectAsync(node, "mallory");
        await mallory.SendAsync($$"""{"type":1,"invocationId":"1","target":"SendMany","arguments":[[{{string.Join(',', Enumerable.Repeat("[]", 100_000))}}]]}""");

        await Eventually.That("it is answered", () => mallory.All.Any(m => m.Contains("\"invocationId\":\"1\"", StringComparison.Ordinal)));
        mallory.All[^1].Should().Contain("invalid-message").And.NotContain("\"number\":");
    }

    private static async Task IsStuckAsync(TestNode node, RawClient mallory, string frame)
    {
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        var sent = 0L;
        var stuck = false;
        while (!stuck && sent < Most)
        {
            var sending = mallory.SendAsync(frame);
            sent += Encoding.UTF8.GetByteCount(frame);
            for (var i = 0; i < MostRoundTrips && !sending.IsCompleted; i++)
                await bob.SendAsync("user:bob", 1);
            stuck = !sending.IsCompleted;
        }

        stuck.Should().BeTrue("the server reads no further while its answers are not read");
        var receipt = await bob.SendAsync("user:bob", 2);
        await Eventually.That("other users are served", () => bob.Received.Any(d => d.Position == receipt.Position));
    }
}
