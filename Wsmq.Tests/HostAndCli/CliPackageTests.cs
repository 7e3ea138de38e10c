using Wsmq.Development;

namespace Wsmq.Tests.HostAndCli;

/// <summary>The command line as it is installed: packed as a .NET tool, and installed from the package.</summary>
public sealed class CliPackageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_packed_tool_is_installed_and_runs()
    {
        var (packages, tools, data) = (_folder.File("packages"), _folder.File("tools"), _folder.File("data"));
        var configuration = Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(ToolProcess.PathOf(ToolProcess.Cli))))!;
        await OkAsync("dotnet", "pack", SourceTree.PathOf("Wsmq.Cli"), "--no-build", "-c", configuration, "-o", packages);

        // Only from the folder: the package needs no other one.
        var sources = _folder.File("nuget.config");
        await File.WriteAllTextAsync(sources,
            $"""<configuration><packageSources><clear/><add key="packed" value="{packages}"/></packageSources></configuration>""");
        await OkAsync("dotnet", "tool", "install", "wsmq", "--tool-path", tools, "--configfile", sources);
        var wsmq = Path.Combine(tools, "wsmq");
        Directory.CreateDirectory(data);
        DevelopmentKey.LoadOrCreate(data);

        (await OkAsync(wsmq, "--version")).Should().StartWith(typeof(WsmqClient).Assembly.GetName().Version!.ToString(3));
        (await OkAsync(wsmq, "token", "--user", "bob", "--data-folder", data)).Split('.').Should().HaveCount(3, "it is a token");
        (await OkAsync(wsmq, "types", "--from", ToolProcess.PathOf("Wsmq.Tests/TypeScript"))).Should().Contain("export interface Messages");
    }

    private Task<string> OkAsync(string command, params string[] arguments) => ToolRun.OkAsync(_folder.Path, null, command, arguments);
}
