using System.CommandLine;

namespace Wsmq.Cli.Output;

/// <summary>Asks before a change of many things that cannot be taken back.</summary>
internal static class Confirmation
{
    public static Option<bool> Option() => new("--yes", "-y")
    {
        Description = "Does not ask. Required where there is no terminal to ask at.",
    };

    /// <summary>Returns if the change is confirmed.</summary>
    /// <param name="given">Whether --yes was given.</param>
    /// <param name="what">What would be done, such as <c>remove 7 dead letters</c>.</param>
    /// <exception cref="CliFailure">It is not.</exception>
    public static void Require(bool given, string what)
    {
        if (given)
            return;
        if (Console.IsInputRedirected || Console.IsErrorRedirected)
            throw new CliFailure(ExitCodes.Usage, $"This would {what}. There is no terminal to ask at: confirm with --yes.");
        Console.Error.Write(Printable.Line($"wsmq: {what}? [y/N] "));
        if (Console.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
            throw new CliFailure(ExitCodes.Usage, "not confirmed: nothing was changed");
    }
}
