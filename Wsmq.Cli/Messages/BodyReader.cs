using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Wsmq.Cli.Messages;

/// <summary>Creates bodies from the input of the user: JSON stays JSON, any other text becomes a JSON string.</summary>
internal sealed class BodyReader(bool textOnly)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public WsmqJsonBody FromText(string text) => !textOnly && AsJson(text) is { } json ? json : WsmqJsonBody.From(text, JsonSerializerOptions.Web);

    public WsmqJsonBody FromFile(string path)
    {
        try
        {
            return FromText(Strict.GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF'));
        }
        catch (DecoderFallbackException e)
        {
            throw new CliFailure(ExitCodes.Usage, $"{path} is not UTF-8 text: send it with --data.", e);
        }
    }

    /// <summary>At a terminal, explains that the command reads standard input: the user may have forgotten the body.</summary>
    public static async Task ExplainStandardInputAsync()
    {
        if (!Console.IsInputRedirected)
        {
            await CommandLine.WriteErrorAsync(
                $"every line that you type is a message; {(OperatingSystem.IsWindows() ? "Ctrl+Z and Enter end" : "Ctrl+D ends")} input. "
                + "A body can also be given after the address.");
        }
    }

    public async IAsyncEnumerable<WsmqJsonBody> LinesOfStandardInput([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var reader = new StreamReader(Console.OpenStandardInput(), Strict);
        // A read of a terminal or a pipe cannot be cancelled: only the wait ends, and the read ends with the process.
        while (await reader.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(cancellationToken) is { } line)
            yield return FromText(line);
    }

    private static WsmqJsonBody? AsJson(string text)
    {
        try
        {
            return WsmqJsonBody.Parse(text);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.InvalidBody)
        {
            return null;
        }
    }
}
