using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Wsmq.Testing;

/// <summary>
/// A real redis-server of the run's own: a port that the system chose, a folder of its own, ended by its process id, also when this
/// program is killed.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Binary = "redis-server";
    private const int Attempts = 5;

    private readonly TempFolder _folder = new();
    private readonly bool _appendOnly;
    private readonly string[] _arguments;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly string[]? _sentinel;
    private Process? _process;
    private ProcessGuard? _guard;

    private RedisServer(
        bool appendOnly, IReadOnlyDictionary<string, string> environment, string[] arguments, string[]? sentinel = null)
    {
        _appendOnly = appendOnly;
        _environment = environment;
        _arguments = arguments;
        _sentinel = sentinel;
    }

    public int Port { get; private set; }

    /// <summary>For a StackExchange.Redis configuration.</summary>
    public string EndPoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public Uri Uri => new($"tcp://{EndPoint}");

    public int? ProcessId => _process?.Id;

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <param name="appendOnly">Whether data survives <see cref="RestartAsync"/>.</param>
    /// <param name="arguments">More of redis-server's arguments, such as <c>--maxmemory 10mb</c> in two items.</param>
    public static Task<RedisServer> StartAsync(bool appendOnly = false, params string[] arguments) =>
        StartAsync(appendOnly, new Dictionary<string, string>(), arguments);

    /// <summary>Starts a server with more in its environment, and waits until it answers.</summary>
    /// <param name="appendOnly">Whether data survives <see cref="RestartAsync"/>.</param>
    /// <param name="environment">Names and values, such as those that another library is loaded by.</param>
    /// <param name="arguments">More of redis-server's arguments.</param>
    public static Task<RedisServer> StartAsync(
        bool appendOnly, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        StartAsync(new RedisServer(appendOnly, environment, arguments));

    /// <summary>Starts a sentinel. What it has learned is in its file, and survives <see cref="RestartAsync"/>.</summary>
    /// <param name="settings">Lines of its configuration, such as <c>sentinel monitor …</c>.</param>
    public static Task<RedisServer> StartSentinelAsync(params string[] settings) =>
        StartAsync(new RedisServer(appendOnly: false, new Dictionary<string, string>(), [], settings));

    private static async Task<RedisServer> StartAsync(RedisServer server)
    {
        try
        {
            // Between finding a free port and redis taking it another process may: then the next one.
            for (var attempt = 1; !await server.TryLaunchAsync(FreePort()); attempt++)
            {
                if (attempt == Attempts)
                    throw new RunFailedException($"{Binary} did not start on {Attempts} ports. Its log: {server.ReadLog()}");
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the server: at once as by kill -9, or after it has written its data.</summary>
    public async Task StopAsync(bool kill = false)
    {
        if (_process is not { } process)
            return;
        _process = null;
        if (!kill && !process.HasExited)
            await TrySendAsync(Port, "SHUTDOWN\r\n");
        if (kill || !await ExitsAsync(process, TimeSpan.FromSeconds(5)))
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Interlocked.Exchange(ref _guard, null)?.Dispose();
    }

    /// <summary>Starts it again on the same port with what is left on disk.</summary>
    public async Task RestartAsync(bool kill = false)
    {
        await StopAsync(kill);
        if (!await TryLaunchAsync(Port))
            throw new RunFailedException($"{Binary} did not start again on port {Port}. Its log: {ReadLog()}");
    }

    /// <summary>Stops its clock: it keeps its connections and answers nothing.</summary>
    public void Pause() => Signals.Pause(_process!.Id);

    /// <summary>Lets it go on after <see cref="Pause"/>.</summary>
    public void Continue() => Signals.Resume(_process!.Id);

    /// <summary>What the server answers to an inline command, as it stands on the wire.</summary>
    public Task<string> CommandAsync(string command) => TrySendAsync(Port, command + "\r\n");

    /// <summary>Sends an inline command.</summary>
    /// <exception cref="RunFailedException">Its answer is not OK.</exception>
    public async Task ExpectOkAsync(string command)
    {
        if (await CommandAsync(command) is var answer && !answer.StartsWith("+OK", StringComparison.Ordinal))
            throw new RunFailedException($"{command}: {answer}");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync(kill: true);
        }
        finally
        {
            _folder.Dispose();
        }
    }

    private async Task<bool> TryLaunchAsync(int port)
    {
        var start = new ProcessStartInfo(Binary) { WorkingDirectory = _folder.Path, RedirectStandardOutput = false };
        foreach (var argument in ArgumentsFor(port))
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;
        var process = Start(start);
        _process = process;
        _guard = new ProcessGuard(process.Id, _folder.Path);
        Port = port;
        var answer = "";
        await Eventually.That($"{Binary} answers on port {port} or exits", async () =>
            process.HasExited || ((await TrySendAsync(port, "PING\r\n")).StartsWith("+PONG", StringComparison.Ordinal)
                && (answer = await TrySendAsync(port, "INFO server\r\n")).StartsWith('$')));

        // A foreign redis on that port would answer too.
        if (answer.Contains($"process_id:{process.Id}\r\n", StringComparison.Ordinal))
            return true;
        await StopAsync(kill: true);
        return false;
    }

    private string[] ArgumentsFor(int port)
    {
        string[] own =
        [
            "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder.Path,
            "--logfile", _folder.File("redis.log"), "--daemonize", "no",
        ];
        if (_sentinel is null)
            return [.. own, "--save", "", "--appendonly", _appendOnly ? "yes" : "no", .. _arguments];

        // A sentinel keeps what it learns in its file, and needs one.
        var file = _folder.File("sentinel.conf");
        if (!File.Exists(file))
            File.WriteAllLines(file, _sentinel);
        return [file, "--sentinel", .. own];
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new RunFailedException($"{Binary} is missing. Install it: apt-get install redis-server", e);
        }
    }

    // A node of a Cluster also takes the port 10,000 above its own.
    private static int FreePort()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (port <= ushort.MaxValue - 10_000)
                return port;
        }
    }

    /// <summary>What the server answers to a line; empty where nobody listens or the connection ends.</summary>
    private static async Task<string> TrySendAsync(int port, string line)
    {
        try
        {
            using var client = new TcpClient();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(line), limit.Token);
            var buffer = new byte[8192];
            var read = await client.GetStream().ReadAsync(buffer, limit.Token);
            return Encoding.ASCII.GetString(buffer, 0, read);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return string.Empty;
        }
    }

    private static async Task<bool> ExitsAsync(Process process, TimeSpan limit)
    {
        try
        {
            await process.WaitForExitAsync().WaitAsync(limit);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private string ReadLog() => File.Exists(_folder.File("redis.log")) ? File.ReadAllText(_folder.File("redis.log")) : "(none)";
}
