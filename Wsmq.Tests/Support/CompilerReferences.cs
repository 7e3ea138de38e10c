using Microsoft.CodeAnalysis;

namespace Wsmq.Tests.Support;

/// <summary>What the compiler needs to compile code that uses the libraries of this process.</summary>
internal static class CompilerReferences
{
    private static readonly Lazy<Dictionary<string, MetadataReference>> ByName = new(() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .DistinctBy(Path.GetFileNameWithoutExtension)
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path), MetadataReference (path) => MetadataReference.CreateFromFile(path)));

    /// <param name="without">The name of an assembly that is not needed, because it is being compiled.</param>
    public static IEnumerable<MetadataReference> All(string? without = null) => ByName.Value.Where(r => r.Key != without).Select(r => r.Value);
}
