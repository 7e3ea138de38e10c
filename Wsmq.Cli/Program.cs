using Wsmq.Cli;
using Wsmq.Cli.Commands;

return await CommandLine.RunAsync(RootFactory.Create(), args);
