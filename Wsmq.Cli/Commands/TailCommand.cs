using System.CommandLine;
using Wsmq.Cli.Commands.Operators;
using Wsmq.Cli.Http;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands;

/// <summary><c>wsmq tail</c>: follows logs over the HTTP API, without acknowledging anything.</summary>
internal static class TailCommand
{
    private const int MostAddresses = 32;

    public static Command Create()
    {
        var addresses = new Argument<string[]>("address")
        {
            Description = $"One or several addresses, at most {MostAddresses}.",
            Arity = new ArgumentArity(1, MostAddresses),
        };
        addresses.Validators.Add(ApiVerb.CheckAddress);
        var after = ApiVerb.Text(
            "--after", "Begins after this: a position, or for several addresses their positions with commas between them, in their order.",
                "position");
        var isOperator = new Option<bool>("--operator")
        {
            Description = "Follows logs of others, with the right of an operator: only new messages, with the beginning of their bodies.",
        };
        var count = ApiVerb.Count("--count", "Ends after this number of messages.");
        var select = new SelectOptions();
        var command = ApiVerb.Create("tail", $"""
            Prints the stored messages of one or several logs and then new ones as they arrive, until Ctrl+C, which ends it with exit code
            0. It acknowledges nothing and moves no cursor. It reconnects, and continues after the last message that it has printed.
            {ExitCodes.Help}
            """,
            "Prints one JSON object per line: a message in its wire form (with --operator as an entry of a list), or {\"gap\":…}.",
            call => new Tail(call, call.Result.GetValue(count)).RunAsync(Streams(
                call, call.Result.GetRequiredValue(addresses), call.Result.GetValue(after), call.Result.GetValue(isOperator), select.Read(call.Result))),
            [addresses, after, isOperator, count, .. select.All]);
        command.Validators.Add(result =>
        {
            if (result.GetValue(after) is { } ids && result.GetValue(addresses) is { } all && ids.Split(',').Length != all.Length)
                result.AddError("--after needs one position for each address.");
            if (result.GetValue(isOperator) && select.IsGiven(result))
                result.AddError("--type and --header are not for --operator.");
        });
        return command;
    }

    // A user's logs are in one stream, an operator has one for each address.
    private static IEnumerable<ApiStream> Streams(
        ApiCall call, string[] addresses, string? after, bool isOperator, WsmqFilter? filter)
    {
        if (!isOperator)
            return [new ApiStream(call.Api.Connection, Logs(addresses, filter), after, Say)];
        var positions = after?.Split(',');
        return addresses.Select((address, i) => new ApiStream(
            call.Api.Connection, ApiRequest.Get("addresses", address, "events"), positions?[i], text => Say($"{address}: {text}")));
    }

    private static ApiRequest Logs(string[] addresses, WsmqFilter? filter)
    {
        var request = addresses.Aggregate(ApiRequest.Get("logs"), (request, address) => request.With("address", address));
        request = (filter?.Types ?? []).Aggregate(request, (request, type) => request.With("type", type));
        return (filter?.Headers ?? new Dictionary<string, string>())
            .Aggregate(request, (request, header) => request.With("header", $"{header.Key}={header.Value}"));
    }

    private static void Say(string what) => _ = CommandLine.WriteErrorAsync(what);
}
