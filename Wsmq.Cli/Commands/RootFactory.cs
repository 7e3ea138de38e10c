using System.CommandLine;
using Wsmq.Cli.Commands.Operators;
using Wsmq.Cli.Commands.Queues;
using Wsmq.Cli.Documents;

namespace Wsmq.Cli.Commands;

/// <summary>All commands.</summary>
internal static class RootFactory
{
    public static RootCommand Create()
    {
        var root = new RootCommand("Sends and receives messages over wsmq, works on jobs, and inspects and manages a deployment.")
        {
            ListenCommand.Create(),
            SendCommand.Create(),
            CancelCommand.Create(),
            StatusCommand.Create(),
            HistoryCommand.Create(),
            PresenceCommand.Create(),
            RequestCommand.Create(),
            RespondCommand.Create(),
            QueueCommand.Create(),
            WorkCommand.Create(),
            TokenCommand.Create(),
            KeyCommand.Create(),
            TailCommand.Create(),
            LogCommand.Create(),
            StateCommand.Create(),
            GroupCommand.Create(),
            UserCommand.Create(),
            DeadLetterCommand.Create(),
            AddressCommand.Create(),
            NodeCommand.Create(),
            NodeCommand.Rights(),
            TypesCommand.Create(),
            BenchCommand.Create(),
            CompletionCommand.Create(),
        };
        root.Add(ReferenceCommand.Create(root));
        return root;
    }
}
