using Wsmq.Tests.Support;


namespace Wsmq.Tests.Documents;

/// <summary>The C# of the documents compiles as written.</summary>
public sealed class DocumentCodeTests
{
    // The code that a reader has before a block, by the word in the comment before it: <!-- in: app -->.
    private static readonly Dictionary<string, string> Contexts = new()
    {
        [""] = "",
        ["builder"] = "var builder = WebApplication.CreateBuilder(args);\n",
        ["wsmq"] = "var wsmq = WebApplication.CreateBuilder(args).Services.AddWsmq();\n",
        ["app"] = "var app = WebApplication.CreateBuilder(args).Build();\n",
        ["services"] = "var services = WebApplication.CreateBuilder(args).Build().Services;\n",
        ["client"] = "await using var client = new WsmqClient(url);\n",
        ["test"] = """
            using Microsoft.AspNetCore.Mvc.Testing;
            using Microsoft.AspNetCore.TestHost;
            var folder = "/of/the/test";

            """,
    };

    // Names that the documents use without declaring them: the reader's own code.
    private const string ReadersOwn = """
        global using System.Security.Claims;
        global using Wsmq;
        global using static Reader;

        internal static class Reader
        {
            public static readonly Uri url = new("https://shop.example/wsmq");
            public const string token = "the user's token";
            public static DateTimeOffset ExpiryOf(ClaimsPrincipal user) => DateTimeOffset.MaxValue;
        }
        """;

    [Fact]
    public void The_app_in_the_readme_compiles() => CodeBlock.Compile(Readme.Take(3)).Should().BeEmpty();

    [Fact]
    public void The_client_in_the_readme_compiles() => CodeBlock.Compile(Readme.Skip(3)).Should().BeEmpty();

    [Fact]
    public void The_readme_contains_an_app_of_three_files_and_a_client() => Readme.Should().HaveCount(4);

    [Theory]
    [MemberData(nameof(Places))]
    public void Each_code_block_of_the_other_documents_compiles(string place)
    {
        var block = Others.Single(b => b.Place == place);
        CodeBlock.Compile([block with { Text = Contexts[block.Context] + block.Text }], ReadersOwn).Should().BeEmpty();
    }

    public static TheoryData<string> Places => [.. Others.Select(b => b.Place)];

    private static IEnumerable<CodeBlock> Readme => CodeBlock.Of("README.md");

    private static IEnumerable<CodeBlock> Others => new[] { ".", "docs", "samples" }
        .SelectMany(folder => Directory.EnumerateFiles(
            SourceTree.PathOf(folder), "*.md", folder == "." ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories))
        .Select(path => Path.GetRelativePath(SourceTree.Root, path))
        .Where(path => path != "README.md" && !path.Contains("node_modules", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .SelectMany(CodeBlock.Of);
}
