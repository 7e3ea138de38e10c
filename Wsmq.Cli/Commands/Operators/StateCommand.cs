using System.CommandLine;
using Wsmq.Cli.Http;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands.Operators;

/// <summary><c>wsmq state</c>: the state of an address that the user may read.</summary>
internal static class StateCommand
{
    public static Command Create()
    {
        var address = ApiVerb.Address("user:<id> or group:<name>.");
        return ApiVerb.Create(
            "state", "Prints the state of an address over the HTTP API, with the rights of a user: the newest message of each state key, also if "
            + "the log does not have it any more, and then after which position the log goes on. It acknowledges nothing. For operators: "
            + "wsmq address state.",
            "Prints one JSON object per line: a message in its wire form, and at the end {\"stateComplete\":…}.",
            call => ReadAsync(call, call.Result.GetRequiredValue(address)), address);
    }

    private static async Task<int> ReadAsync(ApiCall call, string address)
    {
        var answer = await call.Api.ReadStateAsync(address, call.Stop);
        var messages = ApiAnswer.Items<WsmqDelivery>(answer.Json, "messages");
        call.PrintAll(messages, OperatorText.Of);
        var keys = messages.Select(m => m.Value?.StateKey).OfType<string>().ToArray();
        return call.Print(
            StateLine.Of(WsmqAddress.Parse(address), WsmqPosition.Parse(answer.Value!.Through), keys),
            StateLine.TextOf(address, answer.Value.Through, keys.Length));
    }
}
