using System.CommandLine;

namespace Wsmq.Cli.Commands.Operators;

/// <summary><c>wsmq node list</c> and <c>wsmq rights</c>: the deployment, and what the caller may do with it.</summary>
internal static class NodeCommand
{
    public static Command Create()
    {
        var command = new Command("node", "Inspects the nodes of the deployment, for operators.")
        {
            ApiVerb.Create(
                "list", "Lists the nodes with their connections, rates, and slowest readers.", ApiVerb.OneValue,
                async call => call.Print(await call.Api.NodesAsync(call.Stop), OperatorText.Of)),
        };
        command.Aliases.Add("nodes");
        return command;
    }

    public static Command Rights()
    {
        var target = new Argument<string?>("address") { Description = "An address to be asked for.", Arity = ArgumentArity.ZeroOrOne };
        target.Validators.Add(ApiVerb.CheckAddress);
        return ApiVerb.Create("rights", "Prints what you may do as an operator, in general or with an address.", ApiVerb.OneValue,
            async call =>
            call.Print(await call.Api.RightsAsync(call.Result.GetValue(target), call.Stop), OperatorText.Of), target);
    }
}
