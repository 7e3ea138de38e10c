using System.CommandLine;
using Wsmq.Benchmarks.Compare;
using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;

namespace Wsmq.Benchmarks.Scale;

/// <summary><c>scale</c>: how cost changes with payloads, groups, nodes and shards.</summary>
internal static class ScaleCommand
{
    private static readonly string[] All =
    [
        "payloads", "groups", "resubscribe", "reconnect", "counted", "queues", "operators", "dead-letters", "schedules", "presence",
    ];

    public static Command Create()
    {
        var parts = new CommaListOption("--part", "The parts", All);
        var quick = new Option<bool>("--quick") { Description = "Short rounds." };
        var publish = new Option<PublishWay>("--publish") { Description = "How wsmq's senders send." };
        var command = new Command("scale", "Measures how cost changes with the size of bodies, groups and the deployment.")
        {
            parts, quick, publish,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var way = result.GetValue(publish);
            var settings = result.GetValue(quick) ? CompareSettings.Quick(rounds: 1, way) : CompareSettings.Full(rounds: 3, way);
            var output = result.InvocationConfiguration.Output;
            var chosen = result.GetRequiredValue(parts);
            await using (var rig = new Rig())
            {
                var load = new LoadScale(rig, settings);
                if (chosen.Contains("payloads"))
                    await output.WriteLineAsync($"Directed, by size of the body:\n\n{await load.PayloadsAsync(cancellationToken)}");
                if (chosen.Contains("groups"))
                    await output.WriteLineAsync($"Fan-out, by size of the group:\n\n{await load.GroupsAsync(cancellationToken)}");
                if (chosen.Contains("resubscribe"))
                    await output.WriteLineAsync($"After the subscriptions were cut:\n\n{await new ResubscribeScale(rig, settings).RunAsync(cancellationToken)}");
            }

            if (chosen.Contains("reconnect"))
                await output.WriteLineAsync($"All users reconnect at once:\n\n{await new ReconnectScale(settings).RunAsync(cancellationToken)}");
            if (chosen.Contains("counted"))
                await output.WriteLineAsync($"Counted at Redis, per directed message:\n\n{await new CountedScale(settings.Wsmq).RunAsync(cancellationToken)}");
            if (chosen.Contains("queues"))
            {
                await output.WriteLineAsync($"Jobs of work queues, by how many wait:\n\n{await new QueueScale(result.GetValue(quick)).RunAsync(cancellationToken)}");
                await output.WriteLineAsync($"All jobs of a queue at once:\n\n{await new SweepScale(result.GetValue(quick)).RunAsync(cancellationToken)}");
            }

            if (chosen.Contains("operators"))
                await output.WriteLineAsync($"What operators ask, over HTTP:\n\n{await new OperatorScale(result.GetValue(quick)).RunAsync(cancellationToken)}");
            if (chosen.Contains("dead-letters"))
                await output.WriteLineAsync($"An operator with many dead letters:\n\n{await new DeadLetterScale(result.GetValue(quick)).RunAsync(cancellationToken)}");
            if (chosen.Contains("schedules"))
                await output.WriteLineAsync($"Messages with a delay that are due within a minute:\n\n{await new ScheduleScale(result.GetValue(quick)).RunAsync(cancellationToken)}");
            if (chosen.Contains("presence"))
                await output.WriteLineAsync($"Presence, counted at Redis:\n\n{await new PresenceScale(settings.Wsmq, result.GetValue(quick)).RunAsync(cancellationToken)}");
            return 0;
        });
        return command;
    }
}
