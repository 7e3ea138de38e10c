using System.Text.Json.Nodes;

namespace Wsmq.Cli.Types;

/// <summary>The JSON of a type, as TypeScript and the contract file describe it.</summary>
internal abstract record Shape
{
    public static readonly Shape Null = new Scalar("null");
    public static readonly Shape Unknown = new Scalar("unknown");
    public static readonly Shape Text = new Scalar(Scalar.TextName);
    public static readonly Shape Number = new Scalar(NumberTypes.Plain);
    public static readonly Shape Boolean = new Scalar("boolean");

    /// <summary>This shape, or null.</summary>
    public Shape OrNull() => this == Unknown || this == Null ? this : UnionOf.Of([this, Null]);
}

/// <summary>A type of TypeScript without parts, such as <c>string</c>, or one of <see cref="NumberTypes"/>.</summary>
/// <param name="Name">Its name in TypeScript.</param>
/// <param name="Format">What .NET reads and writes, such as <c>date-time</c> or <c>int32</c>; null if it is anything, or not known.</param>
internal sealed record Scalar(string Name, string? Format = null) : Shape
{
    public const string TextName = "string";

    public string Described => Format is null ? Name : $"{Name} ({Format})";
}

/// <summary>One value: a text or a number.</summary>
/// <param name="Json">The value as JSON.</param>
internal sealed record Literal(string Json) : Shape
{
    public static Literal Of(JsonNode value) => new(value.ToJsonString(ContractFile.Compact));
}

/// <summary>An array.</summary>
internal sealed record ListOf(Shape Element) : Shape;

/// <summary>An object with any names.</summary>
internal sealed record MapOf(Shape Value) : Shape;

/// <summary>One of several shapes.</summary>
internal sealed record UnionOf(IReadOnlyList<Shape> Members) : Shape
{
    public static Shape Of(IEnumerable<Shape> members)
    {
        var flat = members.SelectMany(m => m is UnionOf inner ? inner.Members : [m]).Distinct().ToList();
        return flat.Count == 1 ? flat[0] : new UnionOf(flat);
    }
}

/// <summary>A declared type.</summary>
internal sealed record Named(string Name) : Shape;

/// <summary>An object.</summary>
/// <param name="All">Its fields, in the order of their declaration.</param>
/// <param name="IsOpen">Whether it may have further fields.</param>
internal sealed record Fields(IReadOnlyList<Field> All, bool IsOpen) : Shape;

/// <summary>A field of an object.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Type">Its value.</param>
/// <param name="IsRequired">Whether it is always there.</param>
/// <param name="Comment">What it is, or null.</param>
internal sealed record Field(string Name, Shape Type, bool IsRequired, string? Comment);

/// <summary>A derived type: the object and the field that names the derived type.</summary>
/// <param name="Name">The name of the field, such as <c>$type</c>.</param>
/// <param name="Value">Its value.</param>
/// <param name="Of">The object.</param>
internal sealed record Tagged(string Name, Literal Value, Shape Of) : Shape;

/// <summary>A declared type.</summary>
internal sealed record Declaration(string Name, Shape Shape, string? Comment);

/// <summary>The message types of an assembly, by their names on the wire, and the types of which they consist.</summary>
internal sealed record Contract(IReadOnlyList<KeyValuePair<string, Shape>> Messages, IReadOnlyList<Declaration> Types)
{
    /// <summary>Whether texts and numbers have their formats: files of older versions of this tool do not.</summary>
    public bool HasFormats { get; init; } = true;

    /// <summary>Replaces the names of declared types.</summary>
    public static Shape Rename(Shape shape, Func<string, string> name) => shape switch
    {
        Named named => new Named(name(named.Name)),
        ListOf list => new ListOf(Rename(list.Element, name)),
        MapOf map => new MapOf(Rename(map.Value, name)),
        UnionOf union => new UnionOf([.. union.Members.Select(m => Rename(m, name))]),
        Tagged tagged => tagged with { Of = Rename(tagged.Of, name) },
        Fields fields => fields with { All = [.. fields.All.Select(f => f with { Type = Rename(f.Type, name) })] },
        _ => shape,
    };
}
