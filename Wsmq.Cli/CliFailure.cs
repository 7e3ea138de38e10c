namespace Wsmq.Cli;

/// <summary>Ends the command with an exit code and one line on standard error.</summary>
internal sealed class CliFailure(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
