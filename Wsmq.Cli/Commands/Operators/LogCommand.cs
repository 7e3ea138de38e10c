using System.CommandLine;
using Wsmq.Cli.Http;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands.Operators;

/// <summary><c>wsmq log read</c>: the stored messages of a log that the user may read, without acknowledging them.</summary>
internal static class LogCommand
{
    private const int Page = 512;

    public static Command Create()
    {
        var command = new Command("log", "Reads logs over the HTTP API, with the rights of a user.") { Read() };
        command.Aliases.Add("logs");
        return command;
    }

    private static Command Read()
    {
        var (address, max) = (ApiVerb.Address("user:<id> or group:<name>."),
            ApiVerb.Count("--max", "How many messages to print. Without it all."));
        var after = ApiVerb.Text("--after", "Begins after this position. Without it with the oldest message.", "position");
        after.Validators.Add(ApiVerb.CheckPosition);
        return ApiVerb.Create(
            "read", "Prints the stored messages of a log, and acknowledges nothing. To wait for new ones: wsmq tail.",
            "Prints one JSON object per line: a message in its wire form, or {\"gap\":…}.",
            call => ReadAsync(
                call, call.Result.GetRequiredValue(address), call.Result.GetValue(after), call.Result.GetValue(max) ?? int.MaxValue),
            address, after, max);
    }

    private static async Task<int> ReadAsync(ApiCall call, string address, string? after, int left)
    {
        ApiLogPage page;
        do
        {
            var answer = await call.Api.ReadLogAsync(address, after, Math.Min(left, Page), call.Stop);
            page = answer.Value!;

            // A gap is before the entry that follows it.
            var gaps = new Queue<ApiGap>(page.Gaps);
            foreach (var entry in ApiAnswer.Items<WsmqDelivery>(answer.Json, "entries"))
            {
                while (gaps.TryPeek(out var gap) && string.CompareOrdinal(gap.After, entry.Value!.Position) < 0)
                    Print(call, address, gaps.Dequeue());
                call.Print(entry, OperatorText.Of);
            }

            foreach (var gap in gaps)
                Print(call, address, gap);
            left -= page.Entries.Length;
            after = page.Next;
        }
        while (!page.End && left > 0 && !OutputReader.HasEnded);
        return ExitCodes.Ok;
    }

    private static void Print(ApiCall call, string address, ApiGap gap) => call.Print(
        new { Gap = gap with { Source = address } },
        $"GAP  {address}  messages after {gap.After} and before {gap.Before} are missing: {gap.Reason}");
}
