using System.Collections.Concurrent;
using System.Diagnostics;

namespace Wsmq.Tests.HostAndCli;

/// <summary>The host or the CLI as a real process; killed by its own id at the end of the test, whatever its outcome.</summary>
internal sealed class ToolProcess : IAsyncDisposable
{
    public const string Host = "Wsmq.Host";
    public const string Cli = "Wsmq.Cli";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _error = new();

    private ToolProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(_error, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public IReadOnlyCollection<string> Output => _output;

    public string Error => string.Join('\n', _error);

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    public static ToolProcess Start(string project, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Launch(environment, "dotnet", [PathOf(project), .. arguments]);

    /// <summary>The same with a terminal of its own, as for an interactive user; its output includes standard error.</summary>
    public static ToolProcess StartAtTerminal(string project, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Launch(environment, "script", ["-qec", string.Join(' ', new[] { "dotnet", PathOf(project) }.Concat(arguments).Select(a => $"'{a}'")), "/dev/null"]);

    private static ToolProcess Launch(IReadOnlyDictionary<string, string> environment, string command, string[] arguments)
    {
        // Tests that a shell runs in the background ignore SIGINT, and their child processes inherit that: env resets it.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", command, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // Settings of the machine that runs the tests must not affect the processes.
        foreach (var name in start.Environment.Keys.Where(IsOurs).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ToolProcess(new Process { StartInfo = start });
    }

    public async Task WriteInputAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        _process.StandardInput.Close();
    }

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Limit);
        return _process.ExitCode;
    }

    /// <summary>Requests a stop, as Ctrl+C in a terminal does: SIGINT.</summary>
    public void Interrupt() => Signals.Interrupt(_process.Id);

    /// <summary>Requests a stop, as an orchestrator does: SIGTERM.</summary>
    public void Terminate() => Signals.Terminate(_process.Id);

    /// <summary>Kills the process, as kill -9 does.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    // Beside this test's own output: <project>/bin/<configuration>/<framework>/
    public static string PathOf(string project)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var configuration = framework.Parent!;
        var root = configuration.Parent!.Parent!.Parent!;
        var dll = project == Cli ? "wsmq.dll" : $"{Path.GetFileName(project)}.dll";
        return Path.Combine(root.FullName, project, "bin", configuration.Name, framework.Name, dll);
    }

    private static bool IsOurs(string name) =>
        name.StartsWith("WSMQ", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Wsmq__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("DOTNET_ENVIRONMENT", StringComparison.Ordinal)
        || name.StartsWith("Authentication__", StringComparison.OrdinalIgnoreCase);

    private static void Add(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }
}
