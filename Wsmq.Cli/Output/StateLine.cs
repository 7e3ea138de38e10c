namespace Wsmq.Cli.Output;

/// <summary>The line after a state.</summary>
internal static class StateLine
{
    /// <summary>Of JSON.</summary>
    public static object Of(WsmqAddress source, WsmqPosition position, IReadOnlyList<string> keys) => new
    {
        StateComplete = new { Source = source.ToString(), Position = position.ToString(), Keys = keys },
    };

    public static string TextOf(string source, string position, int count) =>
        Printable.Line($"STATE COMPLETE  {source}  {count} {(count == 1 ? "key" : "keys")}  the log goes on after {position}");
}
