using System.Text.Json;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <summary>clients/scenarios.json with the .NET client: what every client does with a scripted server.</summary>
public sealed class ScenarioTests : ClientTest
{
    private static readonly Dictionary<string, JsonElement> Scenarios = JsonDocument
        .Parse(File.ReadAllText(SourceTree.PathOf("clients", "scenarios.json"))).RootElement.GetProperty("scenarios").EnumerateArray()
        .ToDictionary(s => s.GetProperty("name").GetString()!, s => s.GetProperty("steps"));

    public static TheoryData<string> Names => [.. Scenarios.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_scenario_of_all_clients(string name)
    {
        var run = new ScenarioRun(Server, Client);
        foreach (var step in Scenarios[name].EnumerateArray().Select(step => step.EnumerateObject().Single()))
            await run.StepAsync(step.Name, step.Value);
    }
}
