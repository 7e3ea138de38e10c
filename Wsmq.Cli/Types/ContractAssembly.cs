using System.IO.Enumeration;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Cli.Types;

/// <summary>The assembly whose message types are written.</summary>
internal sealed class ContractAssembly
{
    private readonly Assembly _assembly;
    private readonly Type[] _types;

    private ContractAssembly(Assembly assembly, Type[] types) => (_assembly, _types) = (assembly, types);

    public string Name => _assembly.GetName().Name!;

    public static ContractAssembly Load(string file)
    {
        var path = Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            throw ContractFailure.Of(ContractFailure.AssemblyNotFound, Directory.Exists(path)
                ? $"{file} is a folder: name the .dll in it"
                : $"there is no file {file}");
        }

        try
        {
            var assembly = new ContractLoadContext(path).LoadFromAssemblyPath(path);
            return new ContractAssembly(assembly, assembly.GetTypes());
        }
        catch (BadImageFormatException e)
        {
            throw ContractFailure.Of(ContractFailure.NotAnAssembly, $"{file}: {e.Message}", e);
        }
        catch (ReflectionTypeLoadException e)
        {
            // Also types that are not messages: a message type that could not be loaded would be left out without a trace.
            var missing = e.LoaderExceptions.Select(l => l?.Message).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
            throw ContractFailure.Of(ContractFailure.DependencyMissing, string.Join("; ", missing), e);
        }
        catch (Exception e) when (IsMissing(e))
        {
            throw Missing(e);
        }
    }

    /// <summary>The message types by their names on the wire, in order.</summary>
    /// <param name="more">Names of types without the attribute; * stands for any characters.</param>
    /// <param name="say">Is told what is left out.</param>
    public IReadOnlyList<KeyValuePair<string, Type>> MessageTypes(IReadOnlyList<string> more, Action<string> say) => Guard(() =>
    {
        var named = new SortedDictionary<string, Type>(StringComparer.Ordinal);
        var all = _types.Where(t => t.IsDefined(typeof(WsmqMessageTypeAttribute))).Concat(more.SelectMany(Matching)).Distinct().ToList();
        foreach (var type in all)
        {
            if (type.IsGenericTypeDefinition)
                say($"skipped: {type} is generic. It is written where another message type contains it with its arguments");
            else if (!named.TryAdd(NameOf(type), type))
                throw ContractFailure.Of(ContractFailure.DuplicateName, $"{type} and {named[NameOf(type)]} are both named {NameOf(type)}");
        }

        return named.Count > 0
            ? (IReadOnlyList<KeyValuePair<string, Type>>)[.. named]
            : throw ContractFailure.Of(ContractFailure.NoMessageTypes, all.Count > 0
                ? $"all message types of {Name} are generic"
                : $"no type of {Name} has the attribute WsmqMessageType");
    });

    /// <summary>The JSON options: those of a context of the assembly, or the ones with which wsmq writes bodies.</summary>
    public JsonSerializerOptions Options(string? context)
    {
        if (context is null)
            return JsonSerializerOptions.Web;
        var type = _types.FirstOrDefault(t =>
            (t.FullName == context || t.Name == context) && t.IsSubclassOf(typeof(JsonSerializerContext)));
        var instance = Guard(() => type?.GetProperty("Default", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)
            ?? (type is null ? null : Activator.CreateInstance(type)));
        return (instance as JsonSerializerContext)?.Options
            ?? throw ContractFailure.Of(ContractFailure.UnknownContext, $"{Name} has no JsonSerializerContext named {context}");
    }

    /// <summary>Reading metadata can load further assemblies, which may be missing.</summary>
    public static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (TargetInvocationException e) when (e.InnerException is { } inner && IsMissing(inner))
        {
            throw Missing(inner);
        }
        catch (Exception e) when (IsMissing(e))
        {
            throw Missing(e);
        }
    }

    private static bool IsMissing(Exception e) => e is FileNotFoundException or FileLoadException or TypeLoadException;

    private static CliFailure Missing(Exception e) => ContractFailure.Of(ContractFailure.DependencyMissing, e.Message, e);

    private static string NameOf(Type type)
    {
        try
        {
            return WsmqMessageTypeAttribute.NameOf(type);
        }
        catch (WsmqException e)
        {
            throw ContractFailure.Of(ContractFailure.NoTypeName, e.Message, e);
        }
    }

    private List<Type> Matching(string pattern)
    {
        var found = _types.Where(t => t is { IsInterface: false, FullName: { } name } && !name.Contains('<', StringComparison.Ordinal)
            && !t.IsSubclassOf(typeof(Attribute)) && !t.IsSubclassOf(typeof(JsonSerializerContext)) && !(t.IsAbstract && t.IsSealed)
            && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false)).ToList();
        return found.Count > 0 ? found : throw ContractFailure.Of(ContractFailure.UnknownType, $"{Name} has no type {pattern}");
    }
}
