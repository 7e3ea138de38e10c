using System.Reflection;
using System.Runtime.Loader;
using Microsoft.Extensions.DependencyModel;

namespace Wsmq.Cli.Types;

/// <summary>
/// Loads an assembly with its own dependencies: those beside it, those that its <c>.deps.json</c> names in the folder of NuGet packages,
/// and
/// those of the installed ASP.NET Core.
/// </summary>
internal sealed class ContractLoadContext : AssemblyLoadContext
{
    // Their attributes must be the types that this program knows.
    private static readonly string[] Shared = ["Wsmq.Contracts", "System.Text.Json"];

    private readonly string _folder;
    private readonly Dictionary<string, string> _packages;

    public ContractLoadContext(string path)
        : base("contracts")
    {
        _folder = Path.GetDirectoryName(path)!;
        _packages = PackagesOf(Path.ChangeExtension(path, ".deps.json"));
    }

    protected override Assembly? Load(AssemblyName name)
    {
        if (name.Name is not { } simple || Shared.Contains(simple) || IsOfThisRuntime(simple))
            return null;
        var beside = Path.Combine(_folder, simple + ".dll");
        if (File.Exists(beside))
            return LoadFromAssemblyPath(beside);
        if (_packages.TryGetValue(simple, out var package) && File.Exists(package))
            return LoadFromAssemblyPath(package);
        var installed = Path.Combine(AspNetCoreFolder ?? _folder, simple + ".dll");
        return File.Exists(installed) ? LoadFromAssemblyPath(installed) : null;
    }

    private static bool IsOfThisRuntime(string name) =>
        File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, name + ".dll"));

    /// <summary>The newest installed ASP.NET Core of the version of this runtime.</summary>
    private static string? AspNetCoreFolder
    {
        get
        {
            var runtime = new DirectoryInfo(Path.GetDirectoryName(typeof(object).Assembly.Location)!);
            var all = new DirectoryInfo(Path.Combine(runtime.Parent!.Parent!.FullName, "Microsoft.AspNetCore.App"));
            return all.Exists
                ? all.EnumerateDirectories($"{Environment.Version.Major}.{Environment.Version.Minor}.*")
                    .MaxBy(d => Version.TryParse(d.Name, out var version) ? version : new Version(0, 0))?.FullName
                : null;
        }
    }

    // A library is built without copies of its packages.
    private static Dictionary<string, string> PackagesOf(string manifest)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(manifest))
            return found;
        var folder = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        using var reader = new DependencyContextJsonReader();
        using var stream = File.OpenRead(manifest);
        foreach (var library in reader.Read(stream).RuntimeLibraries.Where(l => l is { Type: "package", Path: not null }))
        {
            foreach (var file in library.RuntimeAssemblyGroups.SelectMany(group => group.AssetPaths))
                found.TryAdd(Path.GetFileNameWithoutExtension(file), Path.Combine(folder, library.Path!, file));
        }

        return found;
    }
}
