using System.CommandLine;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands.Queues;

/// <summary><c>wsmq queue</c>: inspects and changes work queues, for users whom the server allows to manage them.</summary>
internal static class QueueCommand
{
    public static Command Create() => new(
        "queue", $"Inspects and changes work queues. The server decides who may do that.\n{ExitCodes.Help}")
    {
        List(), Info(), JobCommands.Peek(), JobCommands.Find(), JobCommands.Cancel(),
        Purge(), Delete(), Pause("pause", "Pauses a queue on all nodes: once this returns, no worker gets a job.", nameof(IWsmqHub.PauseQueue), "paused"),
        Pause("resume", "Ends a pause.", nameof(IWsmqHub.ResumeQueue), "resumed"),
        Sweep("redrive", "Makes jobs of dead letters again, with all attempts.", nameof(IWsmqHub.RedriveDeadLetters), "redriven"),
        Sweep("remove-dead", "Removes dead letters.", nameof(IWsmqHub.RemoveDeadLetters), "removed"),
    };

    private static Command List() => QueueVerb.Create("list", "Lists the queues that you may manage, with the number of jobs in each state.", async call =>
    {
        foreach (var info in await call.Hub.CallAsync<WsmqQueueInfo[]>(nameof(IWsmqHub.ListQueues), [], call.Stop))
            call.Print(info, QueueText.Of(info));
        return ExitCodes.Ok;
    });

    private static Command Info()
    {
        var queue = QueueVerb.Queue();
        var command = QueueVerb.Create("info", "Prints how many jobs a queue has in each state.", async call =>
        {
            var info = await call.Hub.CallAsync<WsmqQueueInfo>(nameof(IWsmqHub.QueueInfo), [QueueVerb.AddressOf(call, queue)], call.Stop);
            call.Print(info, QueueText.Of(info));
            return ExitCodes.Ok;
        });
        command.Add(queue);
        return command;
    }

    private static Command Purge()
    {
        var queue = QueueVerb.Queue();
        var state = new Option<string>("--state")
        {
            Description = "Only jobs of this state. Without it all that wait: delayed, retrying, blocked and ready.",
            HelpName = "state",
            DefaultValueFactory = _ => "waiting",
        };
        state.AcceptOnlyFromAmong("waiting", "ready", "delayed", "retrying", "blocked", "dead");
        var command = QueueVerb.Create("purge", "Removes jobs that wait. Those that workers hold stay, and those that are sent meanwhile.", call =>
            call.AllAsync(nameof(IWsmqHub.PurgeQueue), [QueueVerb.AddressOf(call, queue), call.Result.GetValue(state)], "removed"));
        command.Add(queue);
        command.Add(state);
        return command;
    }

    private static Command Delete()
    {
        var queue = QueueVerb.Queue();
        var command = QueueVerb.Create("delete", "Removes all jobs and dead letters of a queue, also jobs that workers hold. The queue remains declared.", call =>
            call.AllAsync(nameof(IWsmqHub.DeleteQueue), [QueueVerb.AddressOf(call, queue)], "removed"));
        command.Add(queue);
        return command;
    }

    private static Command Pause(string name, string description, string method, string done)
    {
        var queue = QueueVerb.Queue();
        var command = QueueVerb.Create(name, description, async call =>
        {
            var address = QueueVerb.AddressOf(call, queue);
            await call.Hub.CallAsync<object?>(method, [address], call.Stop);
            call.Print(new { Queue = address, Paused = done == "paused" }, Printable.Line($"{address} {done}"));
            return ExitCodes.Ok;
        });
        command.Add(queue);
        return command;
    }

    private static Command Sweep(string name, string description, string method, string done)
    {
        var (queue, filter) = (QueueVerb.Queue(), new FilterOptions());
        var command = QueueVerb.Create(name, description, call =>
            call.AllAsync(method, [QueueVerb.AddressOf(call, queue), filter.Read(call.Result)], done));
        command.Add(queue);
        filter.AddTo(command);
        return command;
    }
}
