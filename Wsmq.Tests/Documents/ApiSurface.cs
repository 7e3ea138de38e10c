using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Wsmq.Tests.Documents;

/// <summary>The public types of the packages and their members, with what their XML docs say, as Markdown.</summary>
internal static partial class ApiSurface
{
    private static readonly (Assembly Assembly, string Title, string Use)[] Packages =
    [
        (typeof(WsmqAddress).Assembly, "Wsmq.Contracts", "What clients and server share: addresses, messages, errors, the hub's calls."),
        (typeof(WsmqHub).Assembly, "Wsmq.Server", "The hub, and what an app configures and injects."),
        (typeof(WsmqDashboardOptions).Assembly, "Wsmq.Dashboard", "The dashboard for operators."),
        (typeof(WsmqClient).Assembly, "Wsmq.Client", "The .NET client."),
    ];

    // What the compiler adds to records and attributes inherit is no decision of this API.
    private static readonly string[] Implied = ["Equals", "GetHashCode", "ToString", "Deconstruct"];

    private static readonly Dictionary<string, string> Keywords = new(StringComparer.Ordinal)
    {
        ["String"] = "string", ["Int32"] = "int", ["Int64"] = "long", ["Boolean"] = "bool", ["Object"] = "object", ["Byte"] = "byte",
    };

    public static string ToMarkdown()
    {
        var text = new StringBuilder("# Public API\n\nGenerated from the XML docs, which state parameters, units and exceptions as well. Nothing else is public.\n");
        foreach (var (assembly, title, use) in Packages)
        {
            var docs = DocsOf(assembly);
            text.Append("\n## ").Append(title).Append("\n\n").Append(use).Append('\n');
            foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.Name, StringComparer.Ordinal))
                Append(text, type, docs);
        }

        return text.ToString();
    }

    private static Dictionary<string, XElement> DocsOf(Assembly assembly) =>
        XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member").ToDictionary(m => m.Attribute("name")!.Value);

    private static void Append(StringBuilder text, Type type, Dictionary<string, XElement> docs)
    {
        text.Append("\n### ").Append(NameOf(type)).Append("\n\n").Append(SummaryOf(docs.GetValueOrDefault("T:" + type.FullName))).Append('\n');
        var names = type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Select(m => m.Name).Where(n => !Implied.Contains(n)).ToHashSet(StringComparer.Ordinal);
        var rows = docs.Where(d => d.Key[0] != 'T').Select(d => (Match: MemberId().Match(d.Key), Doc: d.Value))
            .Where(m => m.Match.Groups["type"].Value == type.FullName && names.Contains(Plain(m.Match.Groups["name"].Value)))
            .Select(m => $"| `{Signature(type, m.Match)}` | {FirstSentence(SummaryOf(m.Doc))} |")
            .Order(StringComparer.Ordinal).ToList();
        if (rows.Count == 0)
            return;
        text.Append("\n| member | |\n| --- | --- |\n").AppendJoin('\n', rows).Append('\n');
    }

    private static string NameOf(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(a => a.Name))}>"
        : type.Name;

    // Doc ids write constructors as #ctor, and the number of type parameters after ``.
    private static string Plain(string name) => name.Split("``")[0].Replace("#ctor", ".ctor", StringComparison.Ordinal);

    private static string Signature(Type type, Match id)
    {
        var name = Plain(id.Groups["name"].Value);
        name = name == ".ctor" ? "new " + NameOf(type) : name;
        if (!id.Value.StartsWith('M'))
            return name;
        var parameters = id.Groups["parameters"].Value;
        var types = TypeName().Replace(parameters, m => Keywords.GetValueOrDefault(m.Groups[1].Value, m.Groups[1].Value)).Replace('{', '<').Replace('}', '>')
            .Replace(",", ", ", StringComparison.Ordinal).Replace("``0", "T", StringComparison.Ordinal).Replace("`0", "T", StringComparison.Ordinal)
            .Replace("@", " (out)", StringComparison.Ordinal);
        return $"{name}({types})";
    }

    private static string SummaryOf(XElement? doc) =>
        doc?.Element("summary") is { } summary ? Line(string.Concat(summary.Nodes().Select(TextOf)))
        : doc?.Element("inheritdoc") is { } inherited ? inherited.Attribute("cref") is null ? "As declared by its interface or base class." : $"As `{ShortName(inherited)}`."
        : "–";

    private static string TextOf(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => $"`{ShortName(see)}`",
        XElement { Name.LocalName: "paramref" or "typeparamref" } parameter => $"`{parameter.Attribute("name")!.Value}`",
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement other => string.Concat(other.Nodes().Select(TextOf)),
        _ => string.Empty,
    };

    private static string ShortName(XElement see)
    {
        if (see.Attribute("cref")?.Value is not { } target)
            return see.Attribute("langword")?.Value ?? see.Value;
        var id = target[2..].Split('(')[0];
        var name = id[(id.LastIndexOf('.') + 1)..].Split('`')[0];
        return target[0] == 'T' || !id.Contains('.', StringComparison.Ordinal) ? name : $"{id.Split('.')[^2].Split('`')[0]}.{name}";
    }

    private static string Line(string text) => Spaces().Replace(text, " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);

    private static string FirstSentence(string text) => SentenceEnd().Match(text) is { Success: true } end ? text[..(end.Index + 1)] : text;

    [GeneratedRegex(@"^[MPEF]:(?<type>[\w.`]+)\.(?<name>#?[\w`]+)(?:\((?<parameters>.*)\))?(?:~.*)?$")]
    private static partial Regex MemberId();

    [GeneratedRegex(@"(?:[\w]+\.)+(\w+)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\.(?= [A-Z`])")]
    private static partial Regex SentenceEnd();
}
