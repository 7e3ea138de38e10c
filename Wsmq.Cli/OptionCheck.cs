using System.CommandLine;
using System.CommandLine.Parsing;

namespace Wsmq.Cli;

/// <summary>
/// Finds a misspelt option. The parser would treat it as an argument, and <c>send</c> would store it as the body. An argument that begins
/// with a dash has to follow <c>--</c>.
/// </summary>
internal static class OptionCheck
{
    /// <summary>Returns the first unknown option, or null.</summary>
    public static string? FindUnknown(ParseResult result)
    {
        var (expectsValue, hasIds) = (false, result.CommandResult.Command.Arguments.Any(argument => argument is IdArgument));
        foreach (var token in result.Tokens)
        {
            if (token.Type == TokenType.DoubleDash)
                return null;
            if (token.Type == TokenType.Argument && !expectsValue && LooksLikeOption(token.Value, hasIds))
                return token.Value;
            expectsValue = token.Type == TokenType.Option && TakesValue(result.CommandResult.Command, token.Value);
        }

        return null;
    }

    // Not options: a negative number such as -5, a single dash, and an id.
    private static bool LooksLikeOption(string text, bool canBeId) =>
        text.Length > 1 && text[0] == '-' && (text[1] == '-' || (char.IsAsciiLetter(text[1]) && !canBeId));

    private static bool TakesValue(Command command, string name) =>
        command.Options.FirstOrDefault(o => o.Name == name || o.Aliases.Contains(name)) is { } option && option.ValueType != typeof(bool);
}
