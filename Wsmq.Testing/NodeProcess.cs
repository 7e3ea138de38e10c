using System.Diagnostics;

namespace Wsmq.Testing;

/// <summary>A node in a process of its own. It ends when its standard input does, and so with the program that started it.</summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(120);

    private static readonly Lock LogLock = new();

    private readonly Process _process;

    private NodeProcess(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    public int ProcessId => _process.Id;

    /// <summary>Starts a node and waits until it says where it listens.</summary>
    /// <exception cref="RunFailedException">It ended before, or took too long.</exception>
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

    /// <summary>Several nodes alike, started at the same time.</summary>
    /// <exception cref="RunFailedException">One of them did not start; the others are ended.</exception>
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

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and how long it took to end.</summary>
    /// <exception cref="RunFailedException">It did not end.</exception>
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
            throw new RunFailedException($"A node did not end within {StopLimit.TotalSeconds} s of SIGTERM.", e);
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
            throw new RunFailedException($"A node did not listen within {StartLimit.TotalSeconds} s; what it said stands {where}.", e);
        }

        throw new RunFailedException($"A node ended before it listened; its reason stands {where}.");
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
