using System.CommandLine;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands.Queues;

/// <summary><c>wsmq queue</c>: inspects and changes work queues, for users whom the server allows to manage them.</summary>
internal static class QueueCommand
{
    private const string Waiting = "waiting";
    private const string Removed = "removed";

    public static Command Create() => new(
        "queue", $"Inspects and changes work queues. The server decides who may do that.\n{ExitCodes.Help}")
    {
        List(), Info(), JobCommands.Peek(), JobCommands.Find(), JobCommands.Status(), JobCommands.Cancel(),
        Purge(), Delete(),
        Pause("pause", "Pauses a queue on all nodes: once this returns, no worker gets a job.", (call, name) => call.Queues.PauseAsync(name, call.Stop), "paused"),
        Pause("resume", "Ends a pause.", (call, name) => call.Queues.ResumeAsync(name, call.Stop), "resumed"),
        Sweep("redrive", "Makes jobs of dead letters again, with all attempts.", (call, name, filter) => call.Queues.RedriveAsync(name, filter, call.Stop), "redriven"),
        Sweep("remove-dead", "Removes dead letters.", (call, name, filter) => call.Queues.RemoveDeadLettersAsync(name, filter, call.Stop),
            Removed),
    };

    private static Command List() => QueueVerb.Create("list", "Lists the queues that you may manage, with the number of jobs in each state.", async call =>
    {
        foreach (var info in await call.Queues.ListAsync(call.Stop))
            call.Print(info, QueueText.Of(info));
        return ExitCodes.Ok;
    });

    private static Command Info()
    {
        var queue = QueueVerb.Queue();
        var command = QueueVerb.Create("info", "Prints how many jobs a queue has in each state, and its totals since it was created.", async call =>
        {
            var info = await call.Queues.InfoAsync(QueueVerb.NameOf(call.Result, queue), call.Stop);
            call.Print(info, $"{QueueText.Of(info)}\n{QueueText.Of(info.Totals)}");
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
            DefaultValueFactory = _ => Waiting,
        };
        state.AcceptOnlyFromAmong([Waiting, .. JobCommands.States.Keys.Where(s => JobCommands.States[s] != WsmqJobState.Leased)]);
        var yes = Confirmation.Option();
        var command = QueueVerb.Create("purge", "Removes jobs that wait. Those that workers hold stay, and those that are sent meanwhile.", call =>
        {
            Confirmation.Require(call.Result.GetValue(yes),
                $"remove the {call.Result.GetRequiredValue(state)} jobs of {QueueVerb.NameOf(call.Result, queue)}");
            var only = call.Result.GetRequiredValue(state) is not Waiting and var name ? JobCommands.States[name] : (WsmqJobState?)null;
            return call.PrintCountAsync(call.Queues.PurgeAsync(QueueVerb.NameOf(call.Result, queue), only, call.Stop), "removed");
        });
        command.Add(queue);
        command.Add(state);
        command.Add(yes);
        return command;
    }

    private static Command Delete()
    {
        var (queue, yes) = (QueueVerb.Queue(), Confirmation.Option());
        var command = QueueVerb.Create("delete", "Removes all jobs and dead letters of a queue, also jobs that workers hold. The queue remains declared.", call =>
        {
            Confirmation.Require(call.Result.GetValue(yes), $"remove all jobs and dead letters of {QueueVerb.NameOf(call.Result, queue)}");
            return call.PrintCountAsync(call.Queues.DeleteAsync(QueueVerb.NameOf(call.Result, queue), call.Stop), "removed");
        });
        command.Add(queue);
        command.Add(yes);
        return command;
    }

    private static Command Pause(string name, string description, Func<QueueCall, string, Task> change, string done)
    {
        var queue = QueueVerb.Queue();
        var command = QueueVerb.Create(name, description, async call =>
        {
            var name = QueueVerb.NameOf(call.Result, queue);
            await change(call, name);
            var address = WsmqAddress.Work(name);
            call.Print(new { Queue = address, Paused = done == "paused" }, Printable.Line($"{address} {done}"));
            return ExitCodes.Ok;
        });
        command.Add(queue);
        return command;
    }

    private static Command Sweep(
        string name, string description, Func<QueueCall, string, WsmqDeadLetterFilter, Task<long>> change, string done)
    {
        var (queue, filter, yes) = (QueueVerb.Queue(), new FilterOptions(), Confirmation.Option());
        var isFinal = done == Removed;
        var command = QueueVerb.Create(name, description, call =>
        {
            var queueName = QueueVerb.NameOf(call.Result, queue);
            Confirmation.Require(!isFinal || call.Result.GetValue(yes), $"remove the dead letters of {queueName} that match");
            return call.PrintCountAsync(change(call, queueName, filter.Read(call.Result)), done);
        });
        command.Add(queue);
        filter.AddTo(command);
        if (isFinal)
            command.Add(yes);
        return command;
    }
}
