using System.CommandLine;
using Wsmq.Cli;
using Wsmq.Cli.Commands;
using Wsmq.Cli.Commands.Keys;
using Wsmq.Cli.Commands.Queues;

var root = new RootCommand("Sends and receives messages over wsmq, works on jobs, and manages work queues.")
{
    ListenCommand.Create(),
    SendCommand.Create(),
    QueueCommand.Create(),
    WorkCommand.Create(),
    TokenCommand.Create(),
    KeyCommand.Create(),
};
return await CommandLine.RunAsync(root, args);
