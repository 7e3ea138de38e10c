using System.CommandLine;
using Wsmq.Cli;
using Wsmq.Cli.Commands;
using Wsmq.Cli.Commands.Queues;

var root = new RootCommand("Sends and receives messages over wsmq, and manages its work queues.")
{
    ListenCommand.Create(),
    SendCommand.Create(),
    QueueCommand.Create(),
    TokenCommand.Create(),
};
return await CommandLine.RunAsync(root, args);
