using Wsmq.Tests.Support;

namespace Wsmq.Tests.Architecture;

/// <summary>The folders show the architecture: they are layers, and the tests have the folders of what they test.</summary>
public sealed class FolderTests
{
    // Folders of tests that belong to no single folder of the server.
    private static readonly string[] Others =
    [
        "Architecture", "Browser", "Client", "Contracts", "Documents", "FaultCampaign", "Fuzz", "HostAndCli", "PlainClients", "Support",
        "TypeScript",
    ];

    [Theory]
    [InlineData("Wsmq.Contracts")]
    [InlineData("Wsmq.Client")]
    [InlineData("Wsmq.Server")]
    public void No_folder_depends_on_a_folder_that_depends_on_it(string project)
    {
        var graph = FolderGraph.Of(project);

        graph.Folders.Should().HaveCountGreaterThan(3);
        graph.Cycles().Should().BeEmpty();
    }

    [Fact]
    public void A_cycle_through_three_folders_is_found()
    {
        var graph = new FolderGraph(
            "Sample",
            [
                ("A/One.cs", "namespace S; class One { Two? two; }"),
                ("B/Two.cs", "namespace S; class Two { void Run() => Three.Go(); }"),
                ("C/Three.cs", "namespace S; class Three { public static void Go() { } object? o = new One(); }"),
                ("D/Four.cs", "namespace S; class Four : One;"),
            ]);

        graph.Cycles().Should().BeEquivalentTo(
            "A uses B (A/One.cs: Two); B uses C (B/Two.cs: Three); C uses A (C/Three.cs: One)",
            "B uses C (B/Two.cs: Three); C uses A (C/Three.cs: One); A uses B (A/One.cs: Two)",
            "C uses A (C/Three.cs: One); A uses B (A/One.cs: Two); B uses C (B/Two.cs: Three)");
    }

    [Fact]
    public void The_folders_of_the_tests_are_those_of_the_source()
    {
        var strangers = FoldersOf("Wsmq.Tests").Where(folder => !Others.Contains(folder) && !IsSource(folder));

        strangers.Should().BeEmpty();
    }

    private static bool IsSource(string folder)
    {
        var project = folder.Split('/')[0] switch { "Client" => "Wsmq.Client", "Contracts" => "Wsmq.Contracts", _ => null };
        return project is not null
            ? Directory.Exists(SourceTree.PathOf(project, folder[(folder.IndexOf('/', StringComparison.Ordinal) + 1)..]))
            : Others.Contains(folder.Split('/')[0]) || Directory.Exists(SourceTree.PathOf("Wsmq.Server", folder));
    }

    private static IEnumerable<string> FoldersOf(string project)
    {
        var root = SourceTree.PathOf(project);
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, Path.GetDirectoryName(path)!).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(folder => folder != "." && !folder.StartsWith("obj", StringComparison.Ordinal) && !folder.StartsWith("bin", StringComparison.Ordinal))
            .Distinct();
    }
}
