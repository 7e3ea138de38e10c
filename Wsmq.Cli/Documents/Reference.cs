using System.CommandLine;
using System.Globalization;
using System.Text;
using Wsmq.Cli.Types;

namespace Wsmq.Cli.Documents;

/// <summary>The reference of all commands in Markdown.</summary>
internal static class Reference
{
    // What a command says about itself, without the lines that all of them share.
    private static readonly string[] Common = ["--url", "--api-url", "--as", "--token", "--token-file", "--data-folder", "--timeout"];

    public static string Of(RootCommand root)
    {
        var text = new StringBuilder("## Commands\n");
        foreach (var command in root.Subcommands.Where(c => !c.Hidden))
            Append(text, command, command.Name);
        text.Append("\n## Codes of wsmq types\n\n| code | |\n| --- | --- |\n");
        foreach (var (code, meaning) in ContractFailure.All)
            text.Append(CultureInfo.InvariantCulture, $"| `{code}` | {meaning} |\n");
        return text.ToString();
    }

    private static void Append(StringBuilder text, Command command, string path)
    {
        if (command.Action is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### wsmq {path}\n\n");
            text.Append(CultureInfo.InvariantCulture,
                $"```\nwsmq {path}{string.Concat(command.Arguments.Select(Usage))} [options]\n```\n\n");
            text.Append(CultureInfo.InvariantCulture, $"{Escaped(DescriptionOf(command))}\n");
            AppendTable(text, command);
        }

        foreach (var below in command.Subcommands.Where(c => !c.Hidden))
            Append(text, below, $"{path} {below.Name}");
    }

    private static void AppendTable(StringBuilder text, Command command)
    {
        var options = command.Options.Where(o => !o.Hidden && o is not System.CommandLine.Help.HelpOption).ToList();
        var rows = command.Arguments.Select(a => $"| `{a.Name}` | {Escaped(a.Description)} |")
            .Concat(options.Where(o => !Common.Contains(o.Name)).Select(Row)).ToList();
        if (rows.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"\n| | |\n| --- | --- |\n{string.Join('\n', rows)}\n");
        var shared = options.Where(o => Common.Contains(o.Name)).Select(o => $"`{o.Name}`").ToList();
        if (shared.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"\nAlso {string.Join(", ", shared)}.\n");
    }

    private static string Row(Option option)
    {
        var names = string.Join(", ", option.Aliases.Order(StringComparer.Ordinal).Prepend(option.Name).Distinct().Select(n => $"`{n}`"));
        var value = option.ValueType == typeof(bool) ? "" : $" `<{option.HelpName ?? "value"}>`";
        return $"| {names}{value} | {Escaped(option.Description)} |";
    }

    private static string Usage(Argument argument) => argument.Arity switch
    {
        { MinimumNumberOfValues: 0 } => $" [{argument.Name}]",
        { MaximumNumberOfValues: > 1 } => $" {argument.Name}…",
        _ => $" {argument.Name}",
    };

    private static string DescriptionOf(Command command) =>
        (command.Description ?? "").Replace(ExitCodes.Help, "", StringComparison.Ordinal).ReplaceLineEndings(" ").Trim();

    // Angle brackets would be taken for HTML.
    private static string Escaped(string? text) => (text ?? "").ReplaceLineEndings(" ")
        .Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "\\<", StringComparison.Ordinal)
            .Replace("*", "\\*", StringComparison.Ordinal);
}
