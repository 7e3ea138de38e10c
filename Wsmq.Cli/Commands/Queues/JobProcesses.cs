using System.Diagnostics;
using System.Globalization;
using Wsmq.Cli.Messages;

namespace Wsmq.Cli.Commands.Queues;

/// <summary>Runs a command of the shell for each job.</summary>
/// <param name="command">The command.</param>
/// <param name="stop">Cancelled by Ctrl+C.</param>
internal sealed class JobProcesses(string command, CancellationToken stop)
{
    // Of a command that a signal has ended, the shell reports 128 and the number of the signal.
    private const int EndedBySignal = 128;

    private static readonly TimeSpan SignalsApart = TimeSpan.FromSeconds(1);

    /// <summary>Completes the job if the command ends with exit code 0; any other one is a failed attempt.</summary>
    public async Task HandleAsync(WsmqJob job, CancellationToken cancellationToken)
    {
        using var process = Process.Start(Start(job))!;
        var input = WriteAsync(process, BodyOf(job.Message));
        await WaitAsync(process, cancellationToken);
        await input;
        if (process.ExitCode == 0)
            return;

        // A terminal sends Ctrl+C to the command as well, which may end before this process is told.
        if (process.ExitCode > EndedBySignal && await IsStoppingAsync())
            job.Retry(TimeSpan.Zero, counts: false, "interrupted");
        else
            await FailAsync(job, string.Create(CultureInfo.InvariantCulture, $"exit code {process.ExitCode}"));
    }

    private static Task FailAsync(WsmqJob job, string reason)
    {
        job.Retry(reason: reason);
        const string Next = "again after the back-off of the queue, or a dead letter if it was the last";
        return CommandLine.WriteErrorAsync(
            string.Create(CultureInfo.InvariantCulture, $"job {job.Position}: {reason} at attempt {job.Attempt}; {Next}"));
    }

    private ProcessStartInfo Start(WsmqJob job)
    {
        var start = Shell(command);
        foreach (var (name, value) in JobEnvironment.Of(job))
            start.Environment[name] = value;
        JobEnvironment.RemoveCredentials(start.Environment);
        return start;
    }

    /// <summary>Runs a command of the shell, with its standard input redirected.</summary>
    public static ProcessStartInfo Shell(string command)
    {
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("cmd.exe", ["/c", command]) : new ProcessStartInfo("/bin/sh", ["-c", command]);
        start.RedirectStandardInput = true;
        return start;
    }

    /// <summary>Waits for the end of a command; ends it, with what it has started, if the wait is cancelled.</summary>
    public static async Task WaitAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Writes the standard input of a command, which need not read it.</summary>
    public static async Task WriteAsync(Process process, ReadOnlyMemory<byte> body)
    {
        try
        {
            await using var input = process.StandardInput.BaseStream;
            await input.WriteAsync(body);
        }
        catch (IOException)
        {
            // It has closed its input, or has ended: its exit code counts.
        }
    }

    // The reverse of send; bytes as they are.
    private static ReadOnlyMemory<byte> BodyOf(WsmqDelivery message) =>
        message.Data is { } data ? data : message.Body is { } json ? BodyText.BytesOf(json) : default;

    private async Task<bool> IsStoppingAsync()
    {
        try
        {
            await Task.Delay(SignalsApart, stop);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
