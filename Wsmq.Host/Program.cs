using Wsmq.Host;
using Wsmq.Host.Configuration;

if (HostArguments.AskForHelp(args))
{
    Console.WriteLine(HostArguments.Help);
    return 0;
}

try
{
    HostArguments.Check(args);
    await HostApp.RunAsync(args);
    return 0;
}
catch (Exception e) when (StartFailure.Describe(e) is { } reason)
{
    await Console.Error.WriteLineAsync($"wsmq cannot start: {reason}");
    return 1;
}
