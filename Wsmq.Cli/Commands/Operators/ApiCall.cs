using System.CommandLine;
using Wsmq.Cli.Http;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands.Operators;

/// <summary>One run of a command that uses the HTTP API.</summary>
/// <param name="Api">The API.</param>
/// <param name="Result">The command line.</param>
/// <param name="Json">Whether to print JSON.</param>
/// <param name="Stop">Cancelled by Ctrl+C.</param>
internal sealed record ApiCall(ApiClient Api, ParseResult Result, bool Json, CancellationToken Stop)
{
    /// <summary>Prints a result: its JSON as the server wrote it, or a text.</summary>
    public int Print<T>(ApiAnswer<T> answer, Func<T, string> text)
    {
        if (answer.Value is { } value && (Json ? JsonLines.Raw(answer.Json) : text(value)) is { Length: > 0 } line)
            Write(line);
        return ExitCodes.Ok;
    }

    /// <summary>Prints a result of this command.</summary>
    public int Print(object value, string text)
    {
        Write(Json ? JsonLines.Of(value) : Printable.Line(text));
        return ExitCodes.Ok;
    }

    /// <summary>Prints a line for each element, while somebody reads them.</summary>
    public int PrintAll<T>(IEnumerable<ApiAnswer<T>> items, Func<T, string> text)
    {
        foreach (var item in items)
        {
            Print(item, text);
            if (OutputReader.HasEnded)
                break;
        }

        return ExitCodes.Ok;
    }

    /// <summary>Prints a line for each element, as they arrive, while somebody reads them.</summary>
    public async Task<int> PrintAllAsync<T>(IAsyncEnumerable<ApiAnswer<T>> items, Func<T, string> text)
    {
        await foreach (var item in items.WithCancellation(Stop))
        {
            Print(item, text);
            if (OutputReader.HasEnded)
                break;
        }

        return ExitCodes.Ok;
    }

    private void Write(string line) => Result.InvocationConfiguration.Output.WriteLine(line);
}
