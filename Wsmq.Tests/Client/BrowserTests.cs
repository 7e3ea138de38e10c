using System.Diagnostics;

namespace Wsmq.Tests.Client;

/// <summary>The client in WebAssembly, where there is no ICU and one thread: built for it, and run in Node.js.</summary>
public sealed class BrowserTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task The_client_in_WebAssembly_connects_sends_and_receives()
    {
        using var folder = new TempFolder();
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(folder.File("browser.db")));
        var project = Path.Combine(SourceTree.Root, "Wsmq.Tests", "Browser");
        var build = await RunAsync("dotnet", "build", project, "-v", "q", "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false",
            $"-p:Libraries={AppContext.BaseDirectory.TrimEnd('/')}", $"-p:BaseIntermediateOutputPath={folder.File("obj")}/", $"-p:OutputPath={folder.File("bin")}/");
        build.Code.Should().Be(0, "the packs of WebAssembly come from the NuGet registry, and the program has to build: {0}", build.Output);

        // Node.js 20 has WebSocket, as every browser does, only behind a flag.
        var run = await RunAsync("node", "--experimental-websocket", Path.Combine(project, "run.mjs"),
            folder.File("bin/wwwroot/_framework"), node.Hub.ToString(), TestTokens.For("bob"), "bob");
        run.Code.Should().Be(0, run.Output);
        run.Output.Should().Contain("in a browser: True").And.Contain("received: from the browser 😀")
            .And.Contain("address: group:Отдел IT").And.Contain("refused: invalid-name");
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(Limit);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
