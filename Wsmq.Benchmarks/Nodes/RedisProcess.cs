using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>A redis-server of this run's own: a free port, a temporary folder, AOF with everysec, ended by its process id.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private const string Binary = "redis-server";
    private const int Attempts = 5;

    // A node of a Cluster also takes the port 10,000 above its own.
    private const int BusOffset = 10_000;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    // Redis does not end with its parent: a shell between the two ends it by its id, and deletes its folder, when this program is
    // gone, however it went. Ctrl+C reaches it too, and must not end it before redis.
    private const string Guard = "trap '' INT; \"$@\" & echo $!; cat > /dev/null; kill -9 $!; wait; rm -rf \"$0\"";

    private readonly TempFolder _folder = new();
    private Process? _guard;

    private RedisProcess()
    {
    }

    public string EndPoint { get; private set; } = "";

    public int ProcessId { get; private set; }

    public static async Task<RedisProcess> StartAsync(bool cluster = false)
    {
        var redis = new RedisProcess();
        try
        {
            // Between finding a free port and redis taking it another process may: then the next one.
            for (var attempt = 1; !await redis.TryLaunchAsync(FreePort(), cluster); attempt++)
            {
                if (attempt == Attempts)
                    throw new BenchmarkFailure($"{Binary} did not start on {Attempts} ports.");
            }

            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _folder.Dispose();
    }

    private async Task EndAsync()
    {
        if (_guard is not { } guard)
            return;
        _guard = null;
        guard.StandardInput.Close();
        await guard.WaitForExitAsync();
        guard.Dispose();

        // The folder cannot be deleted while redis still writes into it.
        while (IsRunning)
            await Task.Delay(10);
    }

    private bool IsRunning => Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{ProcessId}/fd")) && ProcessId != 0;

    private async Task<bool> TryLaunchAsync(int port, bool cluster)
    {
        EndPoint = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        string[] arguments =
        [
            "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder.Path, "--save", "",
            "--appendonly", "yes", "--appendfsync", "everysec", "--logfile", _folder.File("redis.log"), "--daemonize", "no",

            // A rewrite of the file takes a core for seconds, in whatever round it happens to begin; a server for such a load
            // has it done in quiet hours.
            "--auto-aof-rewrite-percentage", "0",
            "--cluster-enabled", cluster ? "yes" : "no",

            // A shard that nobody ever met does not know its own address, and names none to clients.
            "--cluster-announce-ip", "127.0.0.1",
        ];
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = _folder.Path, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "-c", Guard, _folder.Path, Find(Binary) }.Concat(arguments))
            start.ArgumentList.Add(argument);
        // The guard of an attempt that failed took the folder along.
        Directory.CreateDirectory(_folder.Path);
        _guard = Process.Start(start)!;
        ProcessId = int.Parse((await _guard.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        if (await AnswersAsync())
            return true;
        await EndAsync();
        return false;
    }

    private static string Find(string binary) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, binary)).FirstOrDefault(File.Exists)
        ?? throw new BenchmarkFailure($"{binary} is missing. Install it: apt-get install redis-server");

    private async Task<bool> AnswersAsync()
    {
        var since = Stopwatch.GetTimestamp();
        while (IsRunning && Stopwatch.GetElapsedTime(since) < StartLimit)
        {
            try
            {
                await using var connection = await ConnectionMultiplexer.ConnectAsync(EndPoint + ",connectTimeout=500,allowAdmin=true");
                var pid = (await connection.GetServers()[0].InfoAsync("server")).SelectMany(g => g).First(p => p.Key == "process_id").Value;

                // A foreign redis may answer on that port.
                return pid == ProcessId.ToString(CultureInfo.InvariantCulture);
            }
            catch (RedisException)
            {
                await Task.Delay(50);
            }
        }

        return false;
    }

    private static int FreePort()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (port <= ushort.MaxValue - BusOffset)
                return port;
        }
    }
}
