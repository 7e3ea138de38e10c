using Wsmq.Tests.HostAndCli;

namespace Wsmq.Tests.Documents;

/// <summary>docs/cli.md has every command with its options, as the command line defines them.</summary>
public sealed class CliDocumentTests
{
    private const string Start = "<!-- The rest is written by CliDocumentTests from the definitions of the commands. -->\n";

    [Fact]
    public async Task The_reference_of_the_command_line_is_that_of_its_definitions()
    {
        await using var cli = ToolProcess.Start(ToolProcess.Cli, new Dictionary<string, string>(), "reference");
        (await cli.ExitCodeAsync()).Should().Be(0, cli.Error);
        var document = (await File.ReadAllTextAsync(SourceTree.PathOf("docs", "cli.md"))).ReplaceLineEndings("\n");
        document.Should().Contain(Start);

        await GeneratedDocument.ShouldBeAsync(
            "cli.md", document[..(document.IndexOf(Start, StringComparison.Ordinal) + Start.Length)] + "\n" + string.Join('\n', cli.Output)
                + "\n");
    }
}
