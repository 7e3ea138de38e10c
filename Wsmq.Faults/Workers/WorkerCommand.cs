using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Wsmq.Faults.Clients;
using Wsmq.Faults.Jobs;
using Wsmq.Testing;

namespace Wsmq.Faults.Workers;

/// <summary>The hidden command: works on jobs with the wsmq client until the end of its standard input.</summary>
internal static class WorkerCommand
{
    public const string Name = "worker";

    private static readonly Option<string> Hub = new("--hub") { Required = true };
    private static readonly Option<string> Jobs = new("--jobs") { Required = true };
    private static readonly Option<int> Lease = new("--lease");
    private static readonly Option<int> ConnectionTimeout = new("--connection-timeout");

    public static Command Create()
    {
        var command = new Command(Name, "One worker; used by the other commands.") { Hub, Jobs, Lease, ConnectionTimeout };
        command.Hidden = true;
        command.SetAction((result, _) => RunAsync(result));
        return command;
    }

    public static string[] Arguments(Uri hub, Uri jobs, Timings timings) =>
    [
        Name, Hub.Name, $"{hub}", Jobs.Name, $"{jobs}", Lease.Name, Milliseconds(timings.Lease),
        ConnectionTimeout.Name, Milliseconds(timings.ConnectionTimeout),
    ];

    private static async Task<int> RunAsync(ParseResult result)
    {
        using var reporter = new JobReporter(new Uri(result.GetRequiredValue(Jobs)));
        using var log = LoggerFactory.Create(ProcessOutput.LogToError);
        var work = new JobWork(
            $"client/{Environment.ProcessId}", TimeSpan.FromMilliseconds(result.GetValue(Lease)), reporter.ReportAsync);
        var hub = result.GetRequiredValue(Hub);
        await using var client = new WsmqClient(new Uri($"{hub}?{QueryAuthentication.Parameter}={Name}"), o =>
        {
            o.UseShortTimes(TimeSpan.FromMilliseconds(result.GetValue(ConnectionTimeout)));
            o.LoggerFactory = log;
        });
        client.Work<JobBody>(JobMessages.QueueName, (job, end) => work.HandleAsync(job, end), o => o.Concurrency = PlainWorker.Concurrency);
        client.Work<FatalJob>(JobMessages.QueueName, FatalJob.HandleAsync);

        // The program that has started this process waits for an address.
        Console.WriteLine(hub);
        var ended = StandardInput.EndAsync();
        if (await Task.WhenAny(client.StartAsync(), ended) is var first && first != ended)
            await first;
        await ended;
        Environment.Exit(0);
        return 0;
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
}
