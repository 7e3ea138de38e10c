using System.Text.Json;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

// clients/node-scenarios.json with the .NET client.
public abstract partial class RealServerContract
{
    private static readonly JsonElement NodeScenarios =
        JsonDocument.Parse(File.ReadAllText(SourceTree.PathOf("clients", "node-scenarios.json"))).RootElement;

    public static TheoryData<string> NodeScenarioNames =>
        [.. NodeScenarios.GetProperty("scenarios").EnumerateArray().Select(s => s.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(NodeScenarioNames))]
    public async Task A_scenario_of_all_clients_over_nodes(string name)
    {
        await StartNodesAsync(o => o.DeadLetters.MaxAttempts = 2);
        foreach (var group in NodeScenarios.GetProperty("groups").EnumerateObject())
        {
            foreach (var user in group.Value.EnumerateArray())
                await A.Groups.AddToGroupAsync(user.GetString()!, group.Name);
        }

        await using var run = new NodeScenarioRun(A.Hub, B.Hub);
        var steps = NodeScenarios.GetProperty("scenarios").EnumerateArray().Single(s => s.GetProperty("name").GetString() == name).GetProperty("steps");
        foreach (var step in steps.EnumerateArray().Select(step => step.EnumerateObject().Single()))
            await run.StepAsync(step.Name, step.Value);
    }
}
