using System.Text;

namespace Wsmq.Cli.Types;

/// <summary>The names of types in TypeScript: those of .NET without namespaces, and with them where two types would have the same
/// name.</summary>
internal static class TypeNames
{
    // What TypeScript or its library declares.
    private static readonly HashSet<string> Taken = new(StringComparer.Ordinal)
    {
        "Array", "Boolean", "Date", "Error", "Function", "Map", "Number", "Object", "Promise", "Record", "RegExp", "Set", "String",
            "Symbol",
        "any", "bigint", "boolean", "never", "null", "number", "object", "string", "symbol", "undefined", "unknown", "void",
        NumberTypes.Integer, NumberTypes.Decimal,
    };

    /// <summary>A text by which a type is known until all names are.</summary>
    public static string KeyOf(Type type) => type.ToString();

    /// <summary>Names for all types, by their keys.</summary>
    /// <param name="types">The types.</param>
    /// <param name="map">The name of the interface with all messages.</param>
    public static Dictionary<string, string> Assign(IEnumerable<Type> types, string map)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var used = new HashSet<string>(Taken, StringComparer.Ordinal) { map };
        foreach (var same in types.GroupBy(Short, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var all = same.OrderBy(KeyOf, StringComparer.Ordinal).ToList();
            foreach (var type in all)
            {
                var wanted = all.Count == 1 ? same.Key : Segments(type.Namespace) + same.Key;
                var name = wanted;
                for (var n = 2; !used.Add(name); n++)
                    name = $"{wanted}{n}";
                names.Add(KeyOf(type), name);
            }
        }

        return names;
    }

    private static string Short(Type type)
    {
        if (type.IsArray)
            return Short(type.GetElementType()!) + "Array";
        var name = new StringBuilder();
        for (var outer = type; outer is not null; outer = outer.DeclaringType)
            name.Insert(0, Identifier(outer.Name.Split('`')[0]));
        var arguments = type.GetGenericArguments();
        return arguments.Length == 0 ? name.ToString() : $"{name}Of{string.Join("And", arguments.Select(Short))}";
    }

    private static string Segments(string? space) => string.Concat((space ?? "").Split('.').Select(Identifier));

    private static string Identifier(string text)
    {
        var name = string.Concat(text.Select(c => char.IsLetterOrDigit(c) || c is '_' or '$' ? c : '_'));
        return name.Length > 0 && char.IsDigit(name[0]) ? "_" + name : name;
    }
}
