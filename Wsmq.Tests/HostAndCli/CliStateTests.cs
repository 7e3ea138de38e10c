using System.Text.Json;

namespace Wsmq.Tests.HostAndCli;

/// <summary>State and expected tails on the command line.</summary>
public sealed class CliStateTests : IAsyncLifetime
{
    private readonly Tools _tools = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Fact]
    public async Task State_and_removals_are_printed_with_their_key_and_state_is_marked()
    {
        await _tools.StartHostAsync("--Wsmq:Options:Retention:MaxCount", "2", "--Wsmq:Options:Delivery:AckGrace", "01:00:00");
        await SendAsync("17.5", "--state-key", "AC\u202eME", "--type", "price");
        await SendAsync("one");
        await SendAsync("two", "--state-key", "other");

        var text = await _tools.CliAsync("listen", "--as", "bob", "--count", "3");
        var json = await _tools.CliAsync("listen", "--as", "bob", "--count", "3", "--json", "--device", "second");

        text.Code.Should().Be(0, text.Error);
        var lines = text.Output.Split('\n').ToList();
        lines.Should().ContainSingle(l => l.StartsWith("STATE COMPLETE  user:bob  1 key  the log goes on after ", StringComparison.Ordinal));
        lines.RemoveAt(1);
        lines[0].Should().StartWith("STATE  2").And.Contain("user:bob  from alice  price  17.5").And.EndWith("(state AC\\u202eME)");
        lines[1].Should().StartWith("2").And.EndWith("  one");
        lines[2].Should().StartWith("2").And.EndWith("  two  (state other)");
        var objects = json.Output.Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        objects[1].GetProperty("stateComplete").GetProperty("keys").EnumerateArray().Select(k => k.GetString()).Should().Equal("AC\u202eME");
        objects[1].GetProperty("stateComplete").GetProperty("source").GetString().Should().Be("user:bob");
        objects.RemoveAt(1);
        objects.Select(o => o.TryGetProperty("state", out var state) && state.GetBoolean()).Should().Equal(true, false, false);
        objects.Select(o => o.TryGetProperty("stateKey", out var key) ? key.GetString() : null).Should().Equal("AC\u202eME", null, "other");
        objects.SelectMany(o => o.EnumerateObject()).Select(f => f.Name).Should().NotContain(["isState", "removeState"]);

        (await _tools.CliAsync("send", "user:bob", "--state-key", "other", "--remove-state", "--as", "alice")).Output.Should().StartWith("stored  position ");
        var removal = await _tools.CliAsync("listen", "--as", "bob", "--count", "1");
        var removed = await _tools.CliAsync("listen", "--as", "bob", "--count", "1", "--json", "--device", "second");
        removal.Output.Should().Contain("(state removed)  (state other)");
        removed.Output.Should().Contain("\"stateKey\":\"other\",\"removeState\":true").And.NotContain("\"body\"");
    }

    [Fact]
    public async Task The_state_of_an_address_is_printed_to_its_user_and_nothing_is_acknowledged()
    {
        await _tools.StartHostAsync("--Wsmq:Options:Retention:MaxCount", "2", "--Wsmq:Options:Delivery:AckGrace", "01:00:00");
        await SendAsync("17.5", "--state-key", "ACME", "--type", "price");
        await SendAsync("18", "--state-key", "ACME", "--type", "price");
        await SendAsync("9", "--state-key", "XYZ", "--type", "price");
        await SendAsync("no state");

        var text = await _tools.CliAsync("state", "user:bob", "--as", "bob");
        var json = await _tools.CliAsync("state", "user:bob", "--as", "bob", "--json");
        var none = await _tools.CliAsync("state", "user:alice", "--as", "alice");
        var refused = await _tools.CliAsync("state", "user:bob", "--as", "alice");

        text.Code.Should().Be(0, text.Error);
        var lines = text.Output.Split('\n');
        lines.Should().HaveCount(3);
        lines[0].Should().Contain("price  18").And.EndWith("(state ACME)");
        lines[1].Should().Contain("price  9").And.EndWith("(state XYZ)");
        lines[2].Should().StartWith("STATE COMPLETE  user:bob  2 keys  the log goes on after ");
        var objects = json.Output.Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        objects.Take(2).Select(o => o.GetProperty("body").GetRawText()).Should().Equal("18", "9");
        objects[2].GetProperty("stateComplete").GetProperty("keys").EnumerateArray().Select(k => k.GetString()).Should().Equal("ACME", "XYZ");
        none.Output.Should().StartWith("STATE COMPLETE  user:alice  0 keys");
        (refused.Code, refused.Error).Should().Match<(int Code, string Error)>(r => r.Code == 1 && r.Error.Contains("read-not-allowed"));
        (await _tools.CliAsync("listen", "--as", "bob", "--count", "3")).Output.Should().Contain("price  18").And.Contain("no state");
    }

    [Fact]
    public async Task A_message_is_stored_only_at_the_tail_that_it_expects()
    {
        await _tools.StartHostAsync();
        var first = await SendAsync("one", "--expected-tail", "0", "--json");
        var position = JsonDocument.Parse(first).RootElement.GetProperty("position").GetString()!;

        var conflict = await _tools.CliAsync("send", "user:bob", "two", "--expected-tail", "0", "--as", "alice");
        await SendAsync("three", "--expected-tail", position);

        conflict.Code.Should().Be(1);
        conflict.Error.Should().Contain("wsmq 4013 position-conflict");
        (await _tools.CliAsync("listen", "--as", "bob", "--count", "2")).Output.Should().Contain("three").And.NotContain("two");
    }

    [Theory]
    [InlineData("--remove-state requires --state-key", "user:bob", "--remove-state")]
    [InlineData("has no body", "user:bob", "hi", "--state-key", "k", "--remove-state")]
    [InlineData("--state-key and --expected-tail: only for users and groups", "work:jobs", "hi", "--state-key", "k", "--expected-tail", "0")]
    [InlineData("'7' is not a position: it has 16 digits", "user:bob", "hi", "--expected-tail", "7")]
    [InlineData("'9999999999999999' is not a position: no log issues one that high", "user:bob", "hi", "--expected-tail", "9999999999999999")]
    [InlineData("--expected-tail applies to one message", "user:bob", "--expected-tail", "0")]
    public async Task Options_that_do_not_fit_are_refused_before_anything_is_sent(string reason, params string[] arguments)
    {
        var (code, output, error) = await _tools.CliAsync(["send", .. arguments, "--token", "x"]);

        (code, output).Should().Be((2, ""));
        error.Should().Contain(reason).And.NotContain("\n");
    }

    private async Task<string> SendAsync(params string[] arguments)
    {
        var (code, output, error) = await _tools.CliAsync(["send", "user:bob", .. arguments, "--as", "alice"]);
        code.Should().Be(0, error);
        return output;
    }
}
