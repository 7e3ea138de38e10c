using System.CommandLine;
using Wsmq.Cli;
using Wsmq.Cli.Commands;

var root = new RootCommand("Sends and receives messages over wsmq.")
{
    ListenCommand.Create(),
    SendCommand.Create(),
    TokenCommand.Create(),
};
return await CommandLine.RunAsync(root, args);
