using System.CommandLine;
using System.Text.Json;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Work;

/// <summary>The hidden command: sends jobs to wsmq, or works on them, with the .NET client; the counterpart of Peers/load.js.</summary>
internal static class LoadCommand
{
    public const string Name = "load";
    public const string Produce = "produce";
    public const string Work = "work";

    public static Command Create()
    {
        var role = new Argument<string>("role");
        role.AcceptOnlyFromAmong(Produce, Work);
        var nodes = new Argument<string>("nodes");
        var queue = new Argument<string>("queue");
        var many = new Argument<int>("many");
        var window = new Argument<int>("window");
        var command = new Command(Name, "Producers or workers of wsmq; used by compare.") { role, nodes, queue, many, window };
        command.Hidden = true;
        command.SetAction(async (result, _) =>
        {
            Uri[] addresses = [.. result.GetRequiredValue(nodes).Split(',').Select(n => new Uri(n))];
            var (name, clients) = (result.GetRequiredValue(queue), Clients(addresses, result.GetRequiredValue(role), result.GetValue(many)));
            await (result.GetRequiredValue(role) == Produce
                ? new ProducerLoad(clients, name, result.GetValue(window)).RunAsync()
                : new WorkerLoad(clients, name, result.GetValue(window)).RunAsync());
            Environment.Exit(0);
        });
        return command;
    }

    // Producers and workers go round the nodes.
    private static WsmqClient[] Clients(Uri[] nodes, string role, int many) => [.. Enumerable.Range(0, many).Select(number => new WsmqClient(
        new Uri(nodes[number % nodes.Length], $"{DurableNode.HubPath}?{QueryAuthentication.Parameter}={role}-{Environment.ProcessId}-{number}")))];

    public static void Say(object line) => Console.Out.WriteLine(JsonSerializer.Serialize(line, JsonSerializerOptions.Web));
}
