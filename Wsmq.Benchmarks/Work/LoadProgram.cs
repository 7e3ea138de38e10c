using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Work;

/// <summary>
/// A process that sends jobs or works on them. It speaks lines of JSON: see Peers/load.js. It ends when its standard input closes, and thus
/// with this program.
/// </summary>
internal sealed class LoadProgram : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Channel<Line> _answers = Channel.CreateUnbounded<Line>(new UnboundedChannelOptions { SingleWriter = true, SingleReader = true });
    private readonly Task _reading;
    private long _completed;

    private LoadProgram(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    public int ProcessId => _process.Id;

    /// <summary>How many jobs it has completed, or only begun if it learns of no completion, since it was last asked for them.</summary>
    public long Completed => Volatile.Read(ref _completed);

    public bool HasExited => _process.HasExited;

    /// <summary>Starts the program, and waits until it is ready.</summary>
    public static async Task<LoadProgram> StartAsync(string[] line)
    {
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var program = new LoadProgram(Process.Start(start)!);
        try
        {
            await program.AnswerAsync(StartLimit);
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Begins to send jobs: as fast as the producers may, or at a steady rate.</summary>
    /// <returns>When it began, in µs of the clock of the machine; completes when all are sent.</returns>
    public async Task<long> SendAsync(int count, double? perSecond, TimeSpan limit)
    {
        await TellAsync(new Command(count, perSecond));
        return (await AnswerAsync(limit)).Started!.Value;
    }

    /// <summary>The jobs that were begun since the last call, and when the last completion was confirmed.</summary>
    public async Task<Line> CollectAsync(TimeSpan limit)
    {
        await TellAsync(new Command(0, null));
        var all = await AnswerAsync(limit);
        Volatile.Write(ref _completed, 0);
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task TellAsync(Command command)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(command, JsonSerializerOptions.Web));
        await _process.StandardInput.FlushAsync();
    }

    private async Task<Line> AnswerAsync(TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        try
        {
            return await _answers.Reader.ReadAsync(late.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new RunFailedException($"{Name} did not answer within {limit.TotalSeconds} s.", e);
        }
        catch (ChannelClosedException e)
        {
            throw new RunFailedException($"{Name} ended; see its output above for the reason.", e);
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } text)
        {
            var line = JsonSerializer.Deserialize<Line>(text, JsonSerializerOptions.Web)!;
            if (line.Completed is { } completed)
                Volatile.Write(ref _completed, completed);
            else
                _answers.Writer.TryWrite(line);
        }

        _answers.Writer.Complete();
    }

    private string Name => string.Join(' ', _process.StartInfo.ArgumentList.Prepend(_process.StartInfo.FileName));

    /// <summary>What a program is told. A worker answers to anything with what it has done.</summary>
    internal sealed record Command(int Count, double? PerSecond);

    /// <summary>What a program says.</summary>
    /// <param name="Completed">Of a worker: how many jobs it has completed so far.</param>
    /// <param name="Started">Of a producer that has sent all: when it began.</param>
    /// <param name="Jobs">Of a worker that was asked: the producer and the number of each job, and how long after its time it began, in µs.</param>
    /// <param name="Last">Of a worker that was asked: when the last completion was confirmed; null if it learns of none.</param>
    internal sealed record Line(
        [property: JsonPropertyName("completed")] long? Completed, [property: JsonPropertyName("started")] long? Started,
        [property: JsonPropertyName("jobs")] long[][]? Jobs, [property: JsonPropertyName("last")] long? Last);
}
