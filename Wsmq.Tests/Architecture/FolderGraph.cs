using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Architecture;

/// <summary>Which folders of a project use types of which other folders, by the compiler's own binding of names.</summary>
internal sealed class FolderGraph
{
    // What the SDK adds to each project of this repository.
    private const string GlobalUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    private readonly Dictionary<string, Dictionary<string, string>> _uses = new(StringComparer.Ordinal);

    /// <param name="project">The assembly name; it decides which internal types are visible.</param>
    /// <param name="sources">The files: path relative to the project, with / as separator, and text.</param>
    public FolderGraph(string project, IEnumerable<(string Path, string Text)> sources)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var trees = sources.Select(s => CSharpSyntaxTree.ParseText(s.Text, options, s.Path)).ToList();
        var compilation = CSharpCompilation.Create(
            project, [.. trees, CSharpSyntaxTree.ParseText(GlobalUsings, options)], CompilerReferences.All(without: project),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        var declared = trees.SelectMany(DeclaredBy).ToHashSet(StringComparer.Ordinal);
        foreach (var tree in trees)
            Read(compilation.GetSemanticModel(tree), tree, declared);
    }

    public IReadOnlyCollection<string> Folders => _uses.Keys;

    /// <summary>The files of a project in this source tree.</summary>
    public static FolderGraph Of(string project)
    {
        var root = SourceTree.PathOf(project);
        var files = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(path => !path.StartsWith("obj/", StringComparison.Ordinal) && !path.StartsWith("bin/", StringComparison.Ordinal));
        return new FolderGraph(project, files.Select(path => (path, File.ReadAllText(Path.Combine(root, path)))));
    }

    /// <summary>One cycle for each folder that is in one, with a file and a name for each step; empty if there is none.</summary>
    public IReadOnlyList<string> Cycles() => [.. _uses.Keys.Select(CycleOf).OfType<string>()];

    private string? CycleOf(string folder)
    {
        var from = new Dictionary<string, string>(StringComparer.Ordinal);
        var open = new Queue<string>([folder]);
        while (open.TryDequeue(out var current))
        {
            foreach (var next in _uses.GetValueOrDefault(current, []).Keys)
            {
                if (next == folder)
                    return Describe(folder, current, from);
                if (from.TryAdd(next, current))
                    open.Enqueue(next);
            }
        }

        return null;
    }

    private string Describe(string folder, string last, Dictionary<string, string> from)
    {
        var path = new Stack<string>([folder, last]);
        while (path.Peek() != folder)
            path.Push(from[path.Peek()]);
        var steps = path.ToArray();
        return string.Join("; ", steps.Zip(steps.Skip(1), (one, other) => $"{one} uses {other} ({_uses[one][other]})"));
    }

    // Only these names can bind to another folder's file, apart from members of types that are named where they come from. Binding every
    // name of a project would take ten times as long.
    private static IEnumerable<string> DeclaredBy(SyntaxTree tree) => tree.GetRoot().DescendantNodes().SelectMany(IEnumerable<string> (node) => node switch
    {
        BaseTypeDeclarationSyntax type => [type.Identifier.ValueText],
        DelegateDeclarationSyntax type => [type.Identifier.ValueText],
        MethodDeclarationSyntax { ParameterList.Parameters: [{ Modifiers: var modifiers }, ..] } method when modifiers.Any(SyntaxKind.ThisKeyword) =>
            [method.Identifier.ValueText],
        _ => [],
    });

    private void Read(SemanticModel model, SyntaxTree tree, HashSet<string> declared)
    {
        var folder = FolderOf(tree.FilePath);
        if (!_uses.TryGetValue(folder, out var uses))
            _uses.Add(folder, uses = new(StringComparer.Ordinal));
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>().Where(n => declared.Contains(n.Identifier.ValueText)))
        {
            // SignalR tells hubs apart by their type: as a type argument the hub is a key, and its members are not used.
            if (name.Identifier.ValueText == "WsmqHub" && name.Parent is TypeArgumentListSyntax)
                continue;
            var symbol = model.GetSymbolInfo(name).Symbol;
            var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
            foreach (var declaration in type?.OriginalDefinition.DeclaringSyntaxReferences ?? [])
            {
                var other = FolderOf(declaration.SyntaxTree.FilePath);
                if (other != folder)
                    uses.TryAdd(other, $"{tree.FilePath}: {name.Identifier.ValueText}");
            }
        }
    }

    private static string FolderOf(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : ".";
}
