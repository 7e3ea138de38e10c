using System.CommandLine;
using System.Globalization;
using Wsmq.Faults.Checking;
using Wsmq.Faults.History;
using Wsmq.Faults.Running;

namespace Wsmq.Faults;

/// <summary><c>check</c>: checks a stored history again.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var history = new Argument<FileInfo>("history") { Description = $"The {HistoryFile.FileName} of a run." }.AcceptExistingOnly();
        var command = new Command("check", "Checks a stored history again.") { history };
        command.SetAction(result =>
        {
            var events = File.ReadLines(result.GetRequiredValue(history).FullName).Select(HistoryEvent.Parse).ToArray();
            var seed = events.FirstOrDefault(e => e.Kind == EventKind.Run)?.Id is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
            var judged = RunResult.Of(seed, HistoryChecker.Check(events));
            Runner.Show(judged.Violations);
            result.InvocationConfiguration.Output.WriteLine(judged.ToLine());
            return judged.Violations.Count > 0 ? 1 : 0;
        });
        return command;
    }
}
