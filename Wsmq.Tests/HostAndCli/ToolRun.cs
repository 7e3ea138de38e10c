using System.Diagnostics;

namespace Wsmq.Tests.HostAndCli;

/// <summary>A program that runs to its end, with the command line where it was installed or built.</summary>
internal static class ToolRun
{
    /// <param name="folder">The working folder.</param>
    /// <param name="path">A folder to look for commands first, or null.</param>
    /// <param name="command">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>What it prints if it succeeds.</returns>
    public static async Task<string> OkAsync(string folder, string? path, string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder,
        };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = start.Environment["DOTNET_NOLOGO"] = "1";
        if (path is not null)
            start.Environment["PATH"] = $"{path}:{start.Environment["PATH"]}";

        // A tool finds the runtime here, wherever it is installed.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(
            Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        process.ExitCode.Should().Be(0, $"{command} {string.Join(' ', arguments)}: {await output}{await error}");
        return (await output).Trim();
    }
}
