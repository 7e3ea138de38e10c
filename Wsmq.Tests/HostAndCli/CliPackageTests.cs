using System.Diagnostics;

namespace Wsmq.Tests.HostAndCli;

/// <summary>The command line as it is installed: packed as a .NET tool, installed from the package, and completed by a shell.</summary>
public sealed class CliPackageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_packed_tool_is_installed_runs_and_is_completed_by_bash()
    {
        var (packages, tools) = (_folder.File("packages"), _folder.File("tools"));
        var configuration = Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(ToolProcess.PathOf(ToolProcess.Cli))))!;
        await RunAsync("dotnet", "pack", SourceTree.PathOf("Wsmq.Cli"), "--no-build", "-c", configuration, "-o", packages);

        // Only from the folder: the package needs no other one.
        var sources = _folder.File("nuget.config");
        await File.WriteAllTextAsync(sources,
            $"""<configuration><packageSources><clear/><add key="packed" value="{packages}"/></packageSources></configuration>""");
        await RunAsync("dotnet", "tool", "install", "wsmq", "--tool-path", tools, "--configfile", sources);

        (await RunAsync(Path.Combine(tools, "wsmq"), "--version")).Should().StartWith(typeof(WsmqClient).Assembly.GetName().Version!.ToString(3));
        var types = await RunAsync(Path.Combine(tools, "wsmq"), "types", "--from", ToolProcess.PathOf("Wsmq.Tests/TypeScript"));
        types.Should().Contain("export interface Messages");
        (await CompleteAsync(tools, "wsmq que")).Should().Equal("queue");
        (await CompleteAsync(tools, "wsmq queue p")).Should().BeEquivalentTo("pause", "peek", "purge");
        (await CompleteAsync(tools, "wsmq queue peek --st")).Should().Equal("--state");
        (await CompleteAsync(tools, "wsmq queue peek --state de")).Should().BeEquivalentTo("dead", "delayed");
        (await CompleteAsync(tools, "wsmq completion ")).Should().Contain(["bash", "fish", "pwsh", "zsh"]);
    }

    /// <summary>What bash offers at the end of a line.</summary>
    private async Task<string[]> CompleteAsync(string tools, string line)
    {
        var script = _folder.File("complete.sh");
        await File.WriteAllTextAsync(script, $$"""
            PATH="{{tools}}:$PATH"
            eval "$(wsmq completion bash)"
            COMP_LINE='{{line}}'; COMP_POINT=${#COMP_LINE}
            COMP_WORDS=($COMP_LINE); [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            "$(complete -p wsmq | sed -E 's/.*-F ([^ ]+).*/\1/')"
            printf '%s\n' "${COMPREPLY[@]}"
            """);
        return (await RunAsync("bash", script)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<string> RunAsync(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = start.Environment["DOTNET_NOLOGO"] = "1";

        // A tool finds the runtime here, wherever it is installed.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(
            Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));
        using var process = Process.Start(start)!;
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
