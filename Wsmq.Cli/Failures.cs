namespace Wsmq.Cli;

/// <summary>Maps an exception to the exit code and to the line on standard error.</summary>
internal static class Failures
{
    public static CliFailure Describe(Exception exception) => exception switch
    {
        CliFailure failure => failure,
        WsmqException refused => new CliFailure(CodeOf(refused.Error), refused.Message, refused),
        OperationCanceledException => new CliFailure(ExitCodes.Interrupted, "interrupted", exception),
        IOException or UnauthorizedAccessException => new CliFailure(ExitCodes.Usage, exception.Message, exception),
        _ => new CliFailure(ExitCodes.Refused, $"unexpected error: {exception.GetType().Name}: {exception.Message}", exception),
    };

    private static int CodeOf(WsmqError error) =>
        error == WsmqErrors.OutcomeUnknown ? ExitCodes.OutcomeUnknown
        : error == WsmqErrors.ClientClosed || error == WsmqErrors.ConnectionRefused ? ExitCodes.Unreachable
        : ExitCodes.Refused;
}
