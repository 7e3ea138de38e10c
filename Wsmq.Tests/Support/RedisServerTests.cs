using StackExchange.Redis;

namespace Wsmq.Tests.Support;

public sealed class RedisServerTests
{
    [Fact]
    public async Task What_was_written_is_there_after_a_restart_on_the_same_port()
    {
        await using var server = await RedisServer.StartAsync(appendOnly: true, "--appendfsync", "always");
        var port = server.Port;
        await WriteAsync(server, "kept");

        await server.RestartAsync(kill: true);

        server.Port.Should().Be(port);
        (await ReadAsync(server)).Should().Be("kept");
    }

    [Fact]
    public async Task Two_servers_do_not_meet()
    {
        await using var one = await RedisServer.StartAsync();
        await using var two = await RedisServer.StartAsync();
        await WriteAsync(one, "one");
        (await ReadAsync(two)).Should().BeNull();
    }

    [Fact]
    public async Task Nothing_is_left_running()
    {
        var server = await RedisServer.StartAsync();
        var id = server.ProcessId!.Value;
        await server.DisposeAsync();
        var find = () => System.Diagnostics.Process.GetProcessById(id);
        find.Should().Throw<ArgumentException>("the process has ended");
    }

    private static async Task WriteAsync(RedisServer server, string value)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.EndPoint);
        await connection.GetDatabase().StringSetAsync("key", value);
    }

    private static async Task<string?> ReadAsync(RedisServer server)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.EndPoint);
        return await connection.GetDatabase().StringGetAsync("key");
    }
}
