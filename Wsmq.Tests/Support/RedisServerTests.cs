using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using Wsmq.Tests.HostAndCli;

namespace Wsmq.Tests.Support;

public sealed class RedisServerTests
{
    [Fact]
    public async Task Data_of_an_append_only_server_survives_a_restart_on_the_same_port()
    {
        await using var server = await RedisServer.StartAsync(appendOnly: true, "--appendfsync", "always");
        var port = server.Port;
        await WriteAsync(server, "kept");

        await server.RestartAsync(kill: true);

        server.Port.Should().Be(port);
        (await ReadAsync(server)).Should().Be("kept");
    }

    [Fact]
    public async Task Two_running_servers_share_no_data()
    {
        await using var one = await RedisServer.StartAsync();
        await using var two = await RedisServer.StartAsync();
        await WriteAsync(one, "one");
        (await ReadAsync(two)).Should().BeNull();
    }

    [Fact]
    public async Task A_disposed_server_leaves_no_process()
    {
        var server = await RedisServer.StartAsync();
        var id = server.ProcessId!.Value;
        await server.DisposeAsync();
        var find = () => Process.GetProcessById(id);
        find.Should().Throw<ArgumentException>("the process has ended");
    }

    [Fact]
    public async Task A_server_ends_with_the_program_that_started_it_also_when_that_is_killed()
    {
        using var folder = new TempFolder();
        var start = new ProcessStartInfo("dotnet", [ToolProcess.PathOf("Wsmq.Faults"), "run", "--minutes", "1", "--store", "redis"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = folder.Path;
        using var program = Process.Start(start)!;
        string? server = null;
        try
        {
            // The guard's arguments contain the server's process id.
            await Eventually.That("the program has started a server with a guard", () =>
                (server = ChildrenOf(program.Id, "redis-server").SingleOrDefault()) is not null
                && ChildrenOf(program.Id, "sh").Any(shell => Read($"/proc/{shell}/cmdline")?.Contains($"\0{server}\0", StringComparison.Ordinal) == true));
        }
        finally
        {
            program.Kill();
            await program.WaitForExitAsync();
        }

        await Eventually.That("the server has ended", () => StatusOf(server!) is null or ['Z', ..]);
        await Eventually.That("the server's folder is deleted", () => Directory.GetDirectories(folder.Path, "wsmq-test-*").Length == 0);
    }

    private static IEnumerable<string> ChildrenOf(int parent, string name) =>
        from entry in Directory.EnumerateDirectories("/proc")
        let id = Path.GetFileName(entry)
        where int.TryParse(id, CultureInfo.InvariantCulture, out _) && StatusOf(id)?.Split(' ')[1] == $"{parent}"
            && NameOf(id) == name
        select id;

    // The state and the parent's id; null if there is no such process.
    private static string? StatusOf(string process) => Read($"/proc/{process}/stat") is { } stat ? stat[(stat.LastIndexOf(')') + 2)..] : null;

    private static string? NameOf(string process) => Read($"/proc/{process}/comm")?.TrimEnd();

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process ended while it was read.
            return null;
        }
    }

    private static async Task WriteAsync(RedisServer server, string value)
    {
        await using var connection = await AdminConnection.OpenAsync(server.EndPoint);
        await connection.GetDatabase().StringSetAsync("key", value);
    }

    private static async Task<string?> ReadAsync(RedisServer server)
    {
        await using var connection = await AdminConnection.OpenAsync(server.EndPoint);
        return await connection.GetDatabase().StringGetAsync("key");
    }
}
