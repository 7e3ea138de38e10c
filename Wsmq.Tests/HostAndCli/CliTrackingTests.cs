using System.Text.Json;

namespace Wsmq.Tests.HostAndCli;

/// <summary>Tracked messages on the command line.</summary>
public sealed class CliTrackingTests : IAsyncLifetime
{
    private readonly Tools _tools = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Fact]
    public async Task A_send_waits_for_the_ack_of_its_reader_and_its_status_is_printed()
    {
        await _tools.StartHostAsync();
        var sending = _tools.CliAsync("send", "user:bob", "hi", "--id", "one", "--track", "--wait", "acknowledged", "--as", "alice");
        var listened = await _tools.CliAsync("listen", "--as", "bob", "--count", "1", "--device", "phone");
        listened.Code.Should().Be(0, listened.Error);

        var sent = await sending;
        var status = await _tools.CliAsync("status", "user:bob", "--id", "one", "--as", "alice");
        var all = await _tools.CliAsync("status", "user:bob", "--json", "--as", "alice");
        var others = await _tools.CliAsync("status", "user:bob", "--id", "one", "--as", "bob");

        sent.Code.Should().Be(0, sent.Error);
        sent.Output.Split('\n')[0].Should().StartWith("stored  position ");
        sent.Output.Split('\n')[1].Should().StartWith("acknowledged  position ").And.EndWith("id one  delivered 1  acknowledged 1");
        status.Output.Split('\n')[1].Should().StartWith("  phone  acknowledged  delivered ");
        JsonDocument.Parse(all.Output).RootElement.GetProperty("state").GetString().Should().Be("acknowledged");
        (others.Code, others.Output).Should().Be((1, ""));
        others.Error.Should().Contain("no status is stored");
    }

    [Theory]
    [InlineData("send", "user:bob", "hi", "--wait", "acknowledged")]
    [InlineData("send", "user:bob", "--track", "--wait", "acknowledged")]
    [InlineData("send", "user:bob", "hi", "--track", "--wait", "lost")]
    [InlineData("send", "work:jobs", "hi", "--track")]
    [InlineData("status", "work:jobs")]
    [InlineData("status", "user:bob", "12")]
    [InlineData("status", "user:bob", "1795415044089779", "--id", "one")]
    public async Task What_cannot_be_tracked_is_a_usage_error(params string[] arguments) =>
        (await _tools.CliAsync([.. arguments, "--as", "alice"])).Code.Should().Be(2);
}
