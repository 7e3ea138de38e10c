using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Wsmq.Cli.Messages;

/// <summary>Makes bodies of what the user gives: JSON stays JSON, any other text becomes a JSON string.</summary>
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
            throw new CliFailure(ExitCodes.Usage, $"{path} is not text in UTF-8: send it with --data.", e);
        }
    }

    /// <summary>Tells a person at a terminal, who may just have forgotten the body, what the command waits for.</summary>
    public static async Task ExplainStandardInputAsync()
    {
        if (!Console.IsInputRedirected)
            await CommandLine.WriteErrorAsync($"every line that you type is a message; {(OperatingSystem.IsWindows() ? "Ctrl+Z and Enter end" : "Ctrl+D ends")} it. A body can also stand behind the address.");
    }

    public async IAsyncEnumerable<WsmqJsonBody> LinesOfStandardInput([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var reader = new StreamReader(Console.OpenStandardInput(), Strict);
        // A read of a terminal or a pipe does not heed the token: waiting is what ends, and the process ends the read.
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
