using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Wsmq.Cli.Types;

/// <summary>The summaries of types and members, from the XML documentation beside their assemblies.</summary>
internal sealed partial class XmlComments
{
    private readonly Dictionary<Assembly, Dictionary<string, XElement>> _documents = [];

    public string? Of(Type type) => Text(MemberOf(type, $"T:{IdOf(type)}")?.Element("summary"));

    public string? Of(JsonPropertyInfo property)
    {
        if (property.AttributeProvider is not MemberInfo { DeclaringType: { } type } member)
            return null;
        var prefix = member is FieldInfo ? "F" : "P";

        // The properties of a positional record are documented as parameters.
        return Text(MemberOf(type, $"{prefix}:{IdOf(type)}.{member.Name}")?.Element("summary"))
            ?? Text(MemberOf(type, $"T:{IdOf(type)}")?.Elements("param").FirstOrDefault(p => p.Attribute("name")?.Value == member.Name));
    }

    private XElement? MemberOf(Type type, string id)
    {
        if (!_documents.TryGetValue(type.Assembly, out var document))
            _documents.Add(type.Assembly, document = Read(type.Assembly.Location));
        return document.GetValueOrDefault(id);
    }

    private static Dictionary<string, XElement> Read(string assembly)
    {
        var path = Path.ChangeExtension(assembly, ".xml");
        try
        {
            return assembly.Length == 0 || !File.Exists(path)
                ? []
                : XDocument.Load(path).Descendants("member").Where(m => m.Attribute("name") is not null)
                    .GroupBy(m => m.Attribute("name")!.Value, StringComparer.Ordinal)
                        .ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        }
        catch (Exception e) when (e is XmlException or IOException or UnauthorizedAccessException)
        {
            // Comments are an extra: without them the types are the same.
            return [];
        }
    }

    private static string IdOf(Type type) =>
        ((type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName ?? type.Name).Replace('+', '.');

    private static string? Text(XElement? element)
    {
        if (element is null)
            return null;
        var text = WhiteSpace().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();
        return text.Length > 0 ? text : null;
    }

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" or "code" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" or "seealso" or "paramref" or "typeparamref" } reference when reference.Value.Length == 0 =>
            NameIn(reference),
        XElement { Name.LocalName: "para" or "br" } paragraph => $" {string.Concat(paragraph.Nodes().Select(Text))} ",
        XElement other => string.Concat(other.Nodes().Select(Text)),
        _ => "",
    };

    private static string NameIn(XElement reference)
    {
        var name = (reference.Attribute("cref") ?? reference.Attribute("langword") ?? reference.Attribute("name")
            ?? reference.Attribute("href"))?.Value ?? "";
        return reference.Attribute("cref") is null ? name : $"`{name.Split('(')[0].Split('.')[^1].Split('`')[0].Split(':')[^1]}`";
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
