using System.Diagnostics;
using Wsmq.Testing;

namespace Wsmq.Faults.Nodes;

/// <summary>A node in a process of its own: this program again, with a hidden command. It ends when its standard input does.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private NodeProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public int ProcessId => _process.Id;

    /// <param name="prefix">A command that runs the node, such as one that enters a namespace; may be empty.</param>
    /// <param name="settings">What it is started with.</param>
    /// <param name="log">Where its standard error goes.</param>
    public static async Task<NodeProcess> StartAsync(string[] prefix, NodeSettings settings, string log)
    {
        string[] self = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            // Started as "dotnet Wsmq.Faults.dll" the process is dotnet, and wants the file first.
            ? [Environment.ProcessPath!, typeof(NodeProcess).Assembly.Location]
            : [Environment.ProcessPath!];
        string[] line = [.. prefix, .. self, NodeCommand.Name, .. settings.ToArguments()];
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, text) => Append(log, text.Data);
        process.BeginErrorReadLine();
        try
        {
            return new NodeProcess(process, await ReadAddressAsync(process, log));
        }
        catch
        {
            await EndAsync(process);
            throw;
        }
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and how long it took to end.</summary>
    public async Task<TimeSpan> TerminateAsync()
    {
        var since = Stopwatch.GetTimestamp();
        Signals.Terminate(ProcessId);
        try
        {
            await _process.WaitForExitAsync().WaitAsync(StopLimit);
        }
        catch (TimeoutException e)
        {
            throw new FaultsFailure($"A node did not end within {StopLimit.TotalSeconds} s of SIGTERM.", e);
        }

        return Stopwatch.GetElapsedTime(since);
    }

    public ValueTask DisposeAsync() => EndAsync(_process);

    private static async Task<Uri> ReadAddressAsync(Process process, string log)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        try
        {
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                if (Uri.TryCreate(line, UriKind.Absolute, out var address))
                    return address;
            }
        }
        catch (OperationCanceledException e)
        {
            throw new FaultsFailure($"A node did not listen within {StartLimit.TotalSeconds} s; what it said stands in {log}.", e);
        }

        throw new FaultsFailure($"A node ended before it listened; its reason stands in {log}.");
    }

    private static void Append(string log, string? line)
    {
        if (line is null)
            return;
        lock (typeof(NodeProcess))
            File.AppendAllText(log, line + "\n");
    }

    private static async ValueTask EndAsync(Process process)
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
