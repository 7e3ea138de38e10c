using System.Diagnostics;

namespace Wsmq.Testing;

/// <summary>A node in a process of its own. It exits when its standard input closes, and thus with the program that started it.</summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(120);

    private static readonly Lock LogLock = new();

    private readonly Process _process;

    private NodeProcess(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>The address it listens on.</summary>
    public Uri Address { get; }

    public int ProcessId => _process.Id;

    /// <summary>Starts a node and waits until it prints the address it listens on.</summary>
    /// <exception cref="RunFailedException">It exited before that, or timed out.</exception>
    public static async Task<NodeProcess> StartAsync(NodeStart start)
    {
        var line = start.Line;
        var info = new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = start.Log is not null,
        };
        foreach (var (name, value) in start.Environment)
            info.Environment[name] = value;
        var process = Process.Start(info)!;
        try
        {
            if (start.Log is { } log)
            {
                process.ErrorDataReceived += (_, text) => Append(log, text.Data);
                process.BeginErrorReadLine();
            }

            return new NodeProcess(process, await ReadAddressAsync(process, start.Log is null ? "above" : $"in {start.Log}"));
        }
        catch
        {
            await EndAsync(process);
            throw;
        }
    }

    /// <summary>Starts several nodes with the same settings concurrently.</summary>
    /// <exception cref="RunFailedException">One of them did not start; the others are stopped.</exception>
    public static async Task<NodeProcess[]> StartManyAsync(int count, NodeStart start)
    {
        var starts = Enumerable.Range(0, count).Select(_ => StartAsync(start)).ToArray();
        try
        {
            return await Task.WhenAll(starts);
        }
        catch
        {
            foreach (var started in starts.Where(s => s.IsCompletedSuccessfully))
                await (await started).DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the process has exited by itself.</summary>
    public Task ExitedAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Kills the process, as by kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends SIGTERM, and returns the time until the process exited.</summary>
    /// <exception cref="RunFailedException">It did not exit in time.</exception>
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
            throw new RunFailedException($"A node did not exit within {StopLimit.TotalSeconds} s of SIGTERM.", e);
        }

        return Stopwatch.GetElapsedTime(since);
    }

    public ValueTask DisposeAsync() => EndAsync(_process);

    private static async Task<Uri> ReadAddressAsync(Process process, string where)
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
            throw new RunFailedException($"A node did not listen within {StartLimit.TotalSeconds} s; see its output {where}.", e);
        }

        throw new RunFailedException($"A node exited before it listened; see its output {where} for the reason.");
    }

    private static void Append(string log, string? line)
    {
        if (line is null)
            return;
        lock (LogLock)
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
