namespace Wsmq.Tests.HostAndCli;

/// <summary>Work queues of the ready host, and who may use them.</summary>
public sealed class HostQueueTests : IAsyncLifetime
{
    private readonly Tools _tools = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Theory]
    [InlineData("alice", "work:emails", 0, "")]
    [InlineData("bob", "work:emails", 1, "3001 send-not-allowed")]
    [InlineData("bob", "work:open", 0, "")]
    [InlineData("ops", "work:open", 0, "")]
    [InlineData("alice", "work:closed", 1, "3001 send-not-allowed")]
    [InlineData("alice", "work:other", 1, "2010 unknown-queue")]
    [InlineData("alice", "work:demo", 0, "")]
    [InlineData("alice", "user:bob", 0, "")]
    [InlineData("alice", "group:ops", 0, "")]
    [InlineData("carol", "group:ops", 1, "3001 send-not-allowed")]
    public async Task A_user_sends_to_the_queues_whose_list_names_it_and_to_users_and_own_groups(string user, string address, int code, string error)
    {
        await _tools.StartHostAsync(
            "--Wsmq:Queues:emails:Senders:0=alice", "--Wsmq:Queues:emails:Managers:0=bob", "--Wsmq:Queues:open:Senders:0=*", "--Wsmq:Queues:closed=");

        var result = await _tools.CliAsync("send", address, "hi", "--as", user);

        result.Code.Should().Be(code, result.Error);
        result.Error.Should().Contain(error);
    }

    [Fact]
    public async Task The_options_of_a_queue_apply()
    {
        await _tools.StartHostAsync("--Wsmq:Queues:emails:Senders:0=alice", "--Wsmq:Queues:emails:Managers:0=alice", "--Wsmq:Queues:emails:MaxWaiting=1");
        (await _tools.CliAsync("send", "work:emails", "1", "--as", "alice")).Code.Should().Be(0);

        var full = await _tools.CliAsync("send", "work:emails", "2", "--as", "alice", "--timeout", "1s");
        var info = await _tools.CliAsync("queue", "info", "emails", "--as", "alice");

        full.Error.Should().Contain("4008 queue-full");
        info.Output.Should().Contain("ready 1 ");
    }
}
