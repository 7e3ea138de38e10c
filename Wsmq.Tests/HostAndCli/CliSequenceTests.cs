using System.Text.Json;

namespace Wsmq.Tests.HostAndCli;

/// <summary>Sequences on the command line.</summary>
public sealed class CliSequenceTests : IAsyncLifetime
{
    private readonly Tools _tools = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Fact]
    public async Task A_message_that_is_sent_again_under_its_number_is_stored_once_and_one_that_skips_a_number_is_refused_with_the_last_one()
    {
        await _tools.StartHostAsync();

        var first = await SendAsync("one", "--seq", "1");
        var again = await SendAsync("one", "--seq", "1");
        var skips = await SendAsync("three", "--seq", "3");
        var epoch = await SendAsync("two", "--seq", "1", "--epoch", "2", "--json");
        var old = await SendAsync("two", "--seq", "2");

        first.Code.Should().Be(0, first.Error);
        first.Output.Should().StartWith("stored  position ").And.EndWith("id p-1-1");
        again.Output.Should().Be(first.Output + "  (stored before)");
        (skips.Code, skips.Output).Should().Be((1, ""), skips.Error);
        skips.Error.Should().Contain("4010 out-of-sequence").And.Contain("the last number known is 1");
        JsonDocument.Parse(epoch.Output).RootElement.GetProperty("id").GetString().Should().Be("p-2-1");
        old.Error.Should().Contain("4010 out-of-sequence").And.Contain("a higher epoch has sent");
        var received = await _tools.CliAsync("listen", "--as", "bob", "--count", "2");
        received.Output.Split('\n').Select(line => line.Split("  ")[^1]).Should().Equal("one", "two");
    }

    [Fact]
    public async Task Lines_are_numbered_and_a_file_that_is_sent_again_adds_only_what_is_new()
    {
        await _tools.StartHostAsync();
        var lines = Enumerable.Range(1, 40).Select(n => $"line {n}").ToList();

        var first = await LinesAsync(lines.Take(25), "1");
        var again = await LinesAsync(lines, "1");
        var skips = await LinesAsync(["late"], "42");

        first.Should().HaveCount(25);
        again.Count(line => line.EndsWith("(stored before)", StringComparison.Ordinal)).Should().Be(25);
        again.Should().HaveCount(40);
        skips.Should().BeEmpty();
        var received = await _tools.CliAsync("listen", "--as", "bob", "--count", "40", "--json");
        received.Output.Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("body").GetString()).Should().Equal(lines);
    }

    [Theory]
    [InlineData("--producer", "p")]
    [InlineData("--seq", "1")]
    [InlineData("--epoch", "1")]
    [InlineData("--producer", "p", "--seq", "0")]
    [InlineData("--producer", "p", "--seq", "1", "--epoch", "x")]
    public async Task A_place_is_complete(params string[] options)
    {
        var result = await _tools.CliAsync(["send", "user:bob", "x", "--token", "x", .. options]);

        result.Code.Should().Be(2, result.Error);
        result.Error.Split('\n').Should().ContainSingle();
    }

    private Task<(int Code, string Output, string Error)> SendAsync(string body, params string[] options) =>
        _tools.CliAsync(["send", "user:bob", body, "--as", "alice", "--producer", "p", .. options]);

    private async Task<IReadOnlyCollection<string>> LinesAsync(IEnumerable<string> lines, string first)
    {
        await using var send = _tools.StartCli("send", "user:bob", "--as", "alice", "--producer", "p", "--seq", first);
        await send.WriteInputAsync(string.Concat(lines.Select(line => line + '\n')));
        await send.ExitCodeAsync();
        return send.Output;
    }
}
