using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wsmq.Testing;

namespace Wsmq.Faults.Clients;

/// <summary>A script in Node.js that reads commands and writes events, one JSON object a line. It ends with this process.</summary>
internal sealed class ScriptProcess : IAsyncDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);
    private static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly Task _reading;

    private ScriptProcess(Process process, Action<string> take)
    {
        _process = process;

        // The text of errors would otherwise fill the pipe.
        process.ErrorDataReceived += (_, text) => _ = text;
        process.BeginErrorReadLine();
        _reading = Task.Run(() => ReadAsync(take));
    }

    /// <param name="arguments">The script and its arguments.</param>
    /// <param name="take">Called with each line, one after another.</param>
    public static ScriptProcess Start(IEnumerable<string> arguments, Action<string> take)
    {
        var info = new ProcessStartInfo("node", arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        try
        {
            return new ScriptProcess(Process.Start(info)!, take);
        }
        catch (Win32Exception e)
        {
            throw new RunFailedException("node is missing. Install it: apt-get install nodejs", e);
        }
    }

    /// <summary>Writes commands in the order of the calls.</summary>
    public void Say(object command)
    {
        var line = JsonSerializer.Serialize(command, Json);
        lock (_lock)
        {
            if (_process.HasExited)
                throw new RunFailedException($"The script ended with {_process.ExitCode}.");
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }
    }

    /// <summary>Waits until the script has ended by itself, and ends it if it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(EndLimit);
        }
        catch (TimeoutException)
        {
            _process.Kill();
        }

        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync(Action<string> take)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            take(line);
    }
}
