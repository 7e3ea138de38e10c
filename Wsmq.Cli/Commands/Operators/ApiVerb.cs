using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Wsmq.Cli.Connecting;

namespace Wsmq.Cli.Commands.Operators;

/// <summary>What the commands that use the HTTP API share.</summary>
internal static class ApiVerb
{
    /// <summary>The description of <c>--json</c> where the result is one value.</summary>
    public const string OneValue = "Prints the result as one JSON value on a line.";

    /// <summary>The description of <c>--json</c> where the result is a list.</summary>
    public const string Lines = "Prints one JSON value per line, one for each element.";

    public static Command Create(string name, string description, string json, Func<ApiCall, Task<int>> run, params Symbol[] parts)
    {
        var (connection, asJson) = (new ApiOptions(), new Option<bool>("--json") { Description = json });
        var command = new Command(name, description);
        foreach (var argument in parts.OfType<Argument>())
            command.Add(argument);
        foreach (var option in parts.OfType<Option>())
            command.Add(option);
        command.Add(asJson);
        connection.AddTo(command);
        command.SetAction(async (result, stop) =>
        {
            using var api = connection.CreateClient(result);
            return await run(new ApiCall(api, result, result.GetValue(asJson), stop));
        });
        return command;
    }

    public static Argument<string> User() => Named("user", "user", "The user's identifier, or its address user:<id>.");

    public static Argument<string> Group() => Named("group", "group", "The name of the group, or its address group:<name>.");

    /// <summary>The name without the prefix of its kind.</summary>
    public static string NameOf(this ParseResult result, Argument<string> argument)
    {
        var text = result.GetRequiredValue(argument);
        var prefix = argument.Name + ":";
        return text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;
    }

    public static Argument<string> Address(string description = "user:<id>, group:<name> or work:<queue>.")
    {
        var address = new Argument<string>("address") { Description = description };
        address.Validators.Add(CheckAddress);
        return address;
    }

    public static void CheckAddress(SymbolResult result)
    {
        foreach (var token in result.Tokens)
            CheckAddress(result, token.Value);
    }

    /// <summary>The address; null if the text is none, which is then an error of the command line.</summary>
    public static WsmqAddress? CheckAddress(SymbolResult result, string text)
    {
        if (WsmqAddress.TryParse(text, out var address, out var error))
            return address;
        result.AddError($"'{text}': {error.Text}");
        return null;
    }

    public static Argument<string> Position()
    {
        var position = new Argument<string>("position") { Description = "The position of the entry, 16 digits." };
        position.Validators.Add(CheckPosition);
        return position;
    }

    public static void CheckPosition(SymbolResult result)
    {
        if (result.Tokens is [var token, ..])
            CheckPosition(result, token.Value);
    }

    /// <summary>The position; null if the text is none, which is then an error of the command line.</summary>
    public static WsmqPosition? CheckPosition(SymbolResult result, string text)
    {
        if (WsmqPosition.TryParse(text, out var position))
            return position;
        var isTooHigh = text.Length == WsmqPosition.Length && text.All(char.IsAsciiDigit);
        result.AddError($"'{text}' is not a position: {(isTooHigh ? "no log issues one that high" : "it has 16 digits")}.");
        return null;
    }

    public static Option<string?> Text(string name, string description, string help) =>
        new(name) { Description = description, HelpName = help };

    /// <summary>A whole number from 1.</summary>
    public static Option<int?> Count(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "n",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
                return number;
            result.AddError($"{name} must be a whole number from 1, not '{result.Tokens[0].Value}'.");
            return null;
        },
    };

    private static Argument<string> Named(string name, string kind, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && !WsmqAddress.TryParse(
                token.Value.StartsWith($"{kind}:", StringComparison.Ordinal) ? token.Value : $"{kind}:{token.Value}", out _, out var error))
                result.AddError($"'{token.Value}': {error.Text}");
        });
        return argument;
    }
}
