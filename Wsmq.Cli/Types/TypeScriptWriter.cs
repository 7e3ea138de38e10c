using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Wsmq.Cli.Types;

/// <summary>Writes a contract as TypeScript.</summary>
internal static partial class TypeScriptWriter
{
    private const int Width = 140;

    /// <param name="contract">The contract.</param>
    /// <param name="map">The name of the interface with all messages.</param>
    /// <param name="source">The name of the assembly.</param>
    public static string Write(Contract contract, string map, string source)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"// Written by `wsmq types` from {source}. Do not edit: write it again.\n\n");
        Comment(text, "", "The bodies of messages by the names of their types: `new WsmqClient<" + map + ">({ … })`.");
        text.Append(CultureInfo.InvariantCulture, $"export interface {map} {{\n");
        foreach (var (name, body) in contract.Messages)
            text.Append(CultureInfo.InvariantCulture, $"  {Quoted(name)}: {Of(body)};\n");
        text.Append("}\n");
        foreach (var declaration in contract.Types)
            Declare(text, declaration);
        return text.ToString();
    }

    private static void Declare(StringBuilder text, Declaration declaration)
    {
        text.Append('\n');
        Comment(text, "", declaration.Comment);
        if (declaration.Shape is not Fields fields)
        {
            text.Append(CultureInfo.InvariantCulture, $"export type {declaration.Name} = {Of(declaration.Shape)};\n");
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"export interface {declaration.Name} {{\n");
        foreach (var field in fields.All)
        {
            Comment(text, "  ", field.Comment);
            text.Append(CultureInfo.InvariantCulture, $"  {Of(field)};\n");
        }

        if (fields.IsOpen)
            text.Append("  [name: string]: unknown;\n");
        text.Append("}\n");
    }

    /// <summary>A shape as a type.</summary>
    public static string Of(Shape shape) => shape switch
    {
        Scalar scalar => scalar.Name,
        Literal literal => literal.Json,
        Named named => named.Name,
        ListOf list => list.Element is UnionOf or Tagged ? $"({Of(list.Element)})[]" : $"{Of(list.Element)}[]",
        MapOf map => $"Record<string, {Of(map.Value)}>",
        UnionOf union => string.Join(" | ", union.Members.Select(Of).Distinct(StringComparer.Ordinal)),
        Tagged tagged => $"({{ {Key(tagged.Name)}: {tagged.Value.Json} }} & {Of(tagged.Of)})",
        Fields fields => $"{{ {string.Join("; ", fields.All.Select(Of).Concat(fields.IsOpen ? ["[name: string]: unknown"] : []))} }}",
        _ => throw new ArgumentException($"{shape.GetType().Name} is no known shape.", nameof(shape)),
    };

    private static string Of(Field field) => $"{Key(field.Name)}{(field.IsRequired ? "" : "?")}: {Of(field.Type)}";

    private static string Key(string name) => Identifier().IsMatch(name) ? name : Quoted(name);

    private static string Quoted(string text) => JsonSerializer.Serialize(text, ContractFile.Compact);

    private static void Comment(StringBuilder text, string indent, string? comment)
    {
        if (comment is null)
            return;
        var safe = comment.Replace("*/", "*\\/", StringComparison.Ordinal);
        if (safe.Length + indent.Length + 7 <= Width)
        {
            text.Append(CultureInfo.InvariantCulture, $"{indent}/** {safe} */\n");
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"{indent}/**\n");
        var line = new StringBuilder();
        foreach (var word in safe.Split(' '))
        {
            if (line.Length > 0 && line.Length + word.Length + indent.Length + 4 > Width)
            {
                text.Append(CultureInfo.InvariantCulture, $"{indent} * {line}\n");
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        text.Append(CultureInfo.InvariantCulture, $"{indent} * {line}\n{indent} */\n");
    }

    [GeneratedRegex("^[A-Za-z_$][A-Za-z0-9_$]*$")]
    private static partial Regex Identifier();
}
