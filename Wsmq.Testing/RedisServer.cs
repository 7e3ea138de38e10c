using System.Globalization;

namespace Wsmq.Testing;

/// <summary>
/// A real redis-server for the test run, with a reserved port and a folder of its own. It ends with all processes that it forked, even
/// if this program is killed.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Binary = "redis-server";
    private const int Attempts = 5;

    // Of several settings of the same name the last one holds.
    private static readonly string[] Promoted = ["--replicaof", "no", "one"];
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    private readonly TempFolder _folder = new();
    private readonly bool _appendOnly;
    private readonly string[] _arguments;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly string[]? _sentinel;
    private ReservedPort? _port;
    private ServerProcess? _process;
    private bool _isPromoted;

    private RedisServer(
        bool appendOnly, IReadOnlyDictionary<string, string> environment, string[] arguments, string[]? sentinel = null)
    {
        _appendOnly = appendOnly;
        _environment = environment;
        _arguments = arguments;
        _sentinel = sentinel;
    }

    public int Port => _port!.Number;

    /// <summary>The endpoint for a StackExchange.Redis configuration.</summary>
    public string EndPoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public Uri Uri => new($"tcp://{EndPoint}");

    public int? ProcessId => _process?.Id;

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <param name="appendOnly">Whether data survives <see cref="RestartAsync"/>.</param>
    /// <param name="arguments">Further redis-server arguments, such as <c>--maxmemory 10mb</c> in two items.</param>
    public static Task<RedisServer> StartAsync(bool appendOnly = false, params string[] arguments) =>
        StartAsync(appendOnly, new Dictionary<string, string>(), arguments);

    /// <summary>Starts a server with additional environment variables, and waits until it answers.</summary>
    /// <param name="appendOnly">Whether data survives <see cref="RestartAsync"/>.</param>
    /// <param name="environment">The variables, such as those that preload a library.</param>
    /// <param name="arguments">Further redis-server arguments.</param>
    public static Task<RedisServer> StartAsync(
        bool appendOnly, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        StartAsync(new RedisServer(appendOnly, environment, arguments));

    /// <summary>Starts a sentinel. It stores what it has discovered in its file, which survives <see cref="RestartAsync"/>.</summary>
    /// <param name="settings">Lines of its configuration, such as <c>sentinel monitor …</c>.</param>
    public static Task<RedisServer> StartSentinelAsync(params string[] settings) =>
        StartAsync(new RedisServer(appendOnly: false, new Dictionary<string, string>(), [], settings));

    private static async Task<RedisServer> StartAsync(RedisServer server)
    {
        try
        {
            // A program that does not reserve its ports may have taken this one: try another.
            for (var attempt = 1; !await server.TryLaunchAsync(); attempt++)
            {
                if (attempt == Attempts)
                    throw new RunFailedException($"{Binary} did not start on any of {Attempts} ports. Its log: {server.ReadLog()}");
                server._port?.Dispose();
                server._port = null;
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the server: at once, as by kill -9, or after it has written its data.</summary>
    public async Task StopAsync(bool kill = false)
    {
        if (Interlocked.Exchange(ref _process, null) is not { } process)
            return;
        if (!kill && !process.HasExited)
        {
            await RedisWire.TryAskAsync(Port, "SHUTDOWN", StopLimit);
            await process.EndsAsync(StopLimit);
        }

        await process.EndAsync();
    }

    /// <summary>Starts it again on the same port, with the data that is on disk.</summary>
    public async Task RestartAsync(bool kill = false)
    {
        await StopAsync(kill);
        if (!await TryLaunchAsync())
            throw new RunFailedException($"{Binary} did not start again on port {Port}. Its log: {ReadLog()}");
    }

    /// <summary>Makes a primary of a replica. It remains one after a restart.</summary>
    public async Task PromoteAsync()
    {
        await ExpectOkAsync("REPLICAOF NO ONE");
        _isPromoted = true;
    }

    /// <summary>Suspends the process (SIGSTOP): its connections stay open, and it answers nothing.</summary>
    public void Pause() => Signals.Pause(_process!.Id);

    /// <summary>Resumes it after <see cref="Pause"/>.</summary>
    public void Continue() => Signals.Resume(_process!.Id);

    /// <summary>The reply to an inline command, as on the wire; empty if the server does not answer.</summary>
    public Task<string> CommandAsync(string command) => RedisWire.TryAskAsync(Port, command, AnswerLimit);

    /// <summary>Waits until this many channels have subscribers: messages published before that are lost.</summary>
    /// <param name="pattern">The pattern for <c>PUBSUB CHANNELS</c>.</param>
    /// <param name="count">The number of channels.</param>
    public Task HasChannelsAsync(string pattern, int count) => Eventually.That(
        $"{count} channels {pattern} are subscribed",
        async () => (await CommandAsync($"PUBSUB CHANNELS {pattern}")).StartsWith($"*{count}\r", StringComparison.Ordinal));

    /// <summary>Sends an inline command.</summary>
    /// <exception cref="RunFailedException">The reply is not OK.</exception>
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
            _port?.Dispose();
            _folder.Dispose();
        }
    }

    private async Task<bool> TryLaunchAsync()
    {
        _port ??= ReservedPort.Take();
        var process = _process = ServerProcess.Start(Binary, Arguments(), _folder.Path, _environment);
        var answer = "";
        await Eventually.That($"{Binary} answers on port {Port} or exits", async () =>
            process.HasExited || ((await AskAsync("PING")).StartsWith("+PONG", StringComparison.Ordinal)
                && (answer = await AskAsync("INFO server")) is ['$', ..] or ['-', 'E', 'R', 'R', ..]));
        if (process.WasNotFound)
            throw new RunFailedException($"{Binary} is missing. Install it: apt-get install redis-server");

        // A foreign Redis on that port would answer too. A server that does not allow INFO logs that it has bound the port.
        if (answer.Contains($"process_id:{process.Id}\r\n", StringComparison.Ordinal)
            || (answer.StartsWith('-') && ReadLog().Contains("Ready to accept connections", StringComparison.Ordinal)))
            return true;
        await StopAsync(kill: true);
        return false;
    }

    private string[] Arguments()
    {
        string[] own =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder.Path,
            "--logfile", _folder.File("redis.log"), "--daemonize", "no",
        ];
        if (_sentinel is null)
            return [.. own, "--save", "", "--appendonly", _appendOnly ? "yes" : "no", .. _arguments, .. _isPromoted ? Promoted : []];

        // A sentinel requires a configuration file, in which it stores what it discovers.
        var file = _folder.File("sentinel.conf");
        if (!File.Exists(file))
            File.WriteAllLines(file, _sentinel);
        return [file, "--sentinel", .. own];
    }

    // It may not listen yet, or be busy: the caller asks again.
    private Task<string> AskAsync(string line) => RedisWire.TryAskAsync(Port, line, TimeSpan.FromSeconds(5));

    private string ReadLog() => File.Exists(_folder.File("redis.log")) ? File.ReadAllText(_folder.File("redis.log")) : "(none)";
}
