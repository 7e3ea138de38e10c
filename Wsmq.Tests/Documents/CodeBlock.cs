using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Documents;

/// <summary>A C# block of a document, compiled as an app with the implicit usings of ASP.NET Core would compile it.</summary>
/// <param name="Place">File and line.</param>
/// <param name="Text">The code of the block.</param>
/// <param name="Context">The word of the comment before it, <c>&lt;!-- in: app --&gt;</c>; empty without one.</param>
internal sealed record CodeBlock(string Place, string Text, string Context = "")
{
    private const string Fence = "```csharp";
    private const string CommentBegin = "<!-- in: ";
    private const string CommentEnd = " -->";

    // The usings of Microsoft.NET.Sdk.Web with ImplicitUsings.
    private static readonly string[] ImplicitUsings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Net.Http.Json", "System.Threading",
        "System.Threading.Tasks", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http",
        "Microsoft.AspNetCore.Routing", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    /// <summary>The blocks of a document.</summary>
    public static IEnumerable<CodeBlock> Of(string document)
    {
        var lines = File.ReadAllLines(SourceTree.PathOf(document));
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] != Fence)
                continue;
            var begin = i + 1;
            i = Array.IndexOf(lines, "```", begin);
            yield return new CodeBlock($"{document}:{begin}", string.Join('\n', lines[begin..i]), ContextOf(lines[Math.Max(0, begin - 2)]));
        }
    }

    private static string ContextOf(string line) => line.StartsWith(CommentBegin, StringComparison.Ordinal)
        ? line[CommentBegin.Length..^CommentEnd.Length]
        : "";

    /// <summary>The errors of compiling blocks that belong together, each of them a file.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <param name="context">Further files: the reader's own code.</param>
    public static IReadOnlyList<string> Compile(IEnumerable<CodeBlock> blocks, params string[] context)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var usings = string.Concat(ImplicitUsings.Select(u => $"global using {u};\n"));
        var trees = blocks.Select(b => CSharpSyntaxTree.ParseText(b.Text, options, b.Place))
            .Concat(context.Prepend(usings).Select(text => CSharpSyntaxTree.ParseText(text, options, "context.cs")));
        var compilation = CSharpCompilation.Create(
            "Snippets", trees, CompilerReferences.All(),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        return [.. compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString())];
    }
}
