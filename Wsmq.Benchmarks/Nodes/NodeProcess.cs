using System.Diagnostics;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>A node in a process of its own: this program again, with a hidden command. It ends when its standard input does.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process;

    private NodeProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public int ProcessId => _process.Id;

    public static async Task<NodeProcess> StartAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };

        // Started as "dotnet Wsmq.Benchmarks.dll" the process is dotnet, and wants the file first.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(NodeProcess).Assembly.Location);
        foreach (var argument in arguments.Prepend(NodeCommand.Name))
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0";
        var process = Process.Start(start)!;
        try
        {
            return new NodeProcess(process, await ReadAddressAsync(process));
        }
        catch
        {
            await EndAsync(process);
            throw;
        }
    }

    /// <summary>Several nodes alike, started at the same time.</summary>
    public static async Task<NodeProcess[]> StartManyAsync(int count, params string[] arguments)
    {
        var starts = Enumerable.Range(0, count).Select(_ => StartAsync(arguments)).ToArray();
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

    public ValueTask DisposeAsync() => EndAsync(_process);

    private static async Task<Uri> ReadAddressAsync(Process process)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (Uri.TryCreate(line, UriKind.Absolute, out var address))
                return address;
        }

        throw new BenchmarkFailure("A node ended before it listened; its reason stands above.");
    }

    private static async ValueTask EndAsync(Process process)
    {
        try
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(StopLimit);
        }
        catch (TimeoutException)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        finally
        {
            process.Dispose();
        }
    }
}
