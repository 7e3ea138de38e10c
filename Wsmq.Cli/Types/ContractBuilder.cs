namespace Wsmq.Cli.Types;

/// <summary>Builds the contract of an assembly.</summary>
internal static class ContractBuilder
{
    /// <param name="assembly">The assembly.</param>
    /// <param name="more">Names of message types that have no attribute.</param>
    /// <param name="context">The name of a JsonSerializerContext, or null.</param>
    /// <param name="map">The name of the interface with all messages.</param>
    /// <param name="inexact">Whether numbers that JavaScript would round may be of the type <c>number</c>.</param>
    /// <param name="say">Is told what is not as precise as it could be.</param>
    public static Contract Build(
        ContractAssembly assembly, IReadOnlyList<string> more, string? context, string map, bool inexact, Action<string> say)
    {
        var messages = assembly.MessageTypes(more, say);
        var reader = new SchemaReader(new SchemaNodes(assembly.Options(context)), new XmlComments(), inexact, say);
        var bodies = messages.Select(m => KeyValuePair.Create(m.Key, ContractAssembly.Guard(() => reader.Message(m.Value)))).ToList();
        var read = ContractAssembly.Guard(reader.ReadAll);
        var names = TypeNames.Assign(read.Keys, map);
        var types = read.Select(t => Rename(t.Key, t.Value, names)).ToList();
        types.AddRange(NumberTypes.Declarations.Where(n => types.Any(t => Uses(t.Shape, n.Name))));
        return new Contract(
            [.. bodies.Select(b => KeyValuePair.Create(b.Key, Contract.Rename(b.Value, key => names[key])))],
            [.. types.OrderBy(t => t.Name, StringComparer.Ordinal)]);
    }

    private static Declaration Rename(Type type, Declaration read, Dictionary<string, string> names)
    {
        var comments = new[] { read.Comment, EnumShapes.NamesOf(type, read.Shape), OrderOf(read.Shape) }.OfType<string>().ToList();
        return new Declaration(
            names[read.Name], Contract.Rename(read.Shape, key => names[key]), comments.Count > 0 ? string.Join(" ", comments) : null);
    }

    private static string? OrderOf(Shape shape) => shape is UnionOf union && union.Members.OfType<Tagged>().FirstOrDefault() is { } tagged
        ? $"`{tagged.Name}` has to be the first property: .NET reads it before all others."
        : shape is Tagged one ? OrderOf(new UnionOf([one])) : null;

    private static bool Uses(Shape shape, string scalar) => shape switch
    {
        Scalar s => s.Name == scalar,
        ListOf list => Uses(list.Element, scalar),
        MapOf map => Uses(map.Value, scalar),
        UnionOf union => union.Members.Any(m => Uses(m, scalar)),
        Tagged tagged => Uses(tagged.Of, scalar),
        Fields fields => fields.All.Any(f => Uses(f.Type, scalar)),
        _ => false,
    };
}
