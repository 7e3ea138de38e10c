using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Wsmq.Tests.HostAndCli;

/// <summary>Assemblies with message types, compiled for one test.</summary>
internal static class ContractSource
{
    private const string Usings = """
        #nullable enable
        using System; using System.Collections.Generic; using System.Text.Json; using System.Text.Json.Serialization; using Wsmq;

        """;

    /// <param name="folder">Where the assembly is written.</param>
    /// <param name="source">The code of its types.</param>
    /// <param name="name">The name of the assembly.</param>
    /// <param name="references">Paths of further assemblies that it uses.</param>
    /// <returns>The path of the assembly.</returns>
    public static string Compile(TempFolder folder, string source, string name = "Contracts", params string[] references)
    {
        var compilation = CSharpCompilation.Create(
            name,
            [CSharpSyntaxTree.ParseText(Usings + source, new CSharpParseOptions(LanguageVersion.Latest))],
            [.. CompilerReferences.All(), .. references.Select(path => MetadataReference.CreateFromFile(path))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        var file = folder.File($"{name}.dll");
        var result = compilation.Emit(file);
        result.Success.Should().BeTrue(string.Join('\n', result.Diagnostics));
        return file;
    }
}
