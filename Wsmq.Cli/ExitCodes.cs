namespace Wsmq.Cli;

/// <summary>The exit codes of the process. Scripts depend on them, so numbers are never reused.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Refused = 1;
    public const int Usage = 2;
    public const int Unreachable = 3;
    public const int Unauthenticated = 4;
    public const int OutcomeUnknown = 5;
    public const int TooFew = 6;

    /// <summary>The message types of an assembly cannot be written.</summary>
    public const int Contract = 7;

    /// <summary>A change of message types breaks clients.</summary>
    public const int Breaking = 8;

    /// <summary>A load lost or repeated messages, or did not finish.</summary>
    public const int Losses = 9;

    public const int Interrupted = 130;

    public const string Help = """
        Exit codes: 0 success; 1 refused, with the error number; 2 invalid usage; 3 no connection in time; 4 not
        authenticated (401); 5 outcome unknown: the message may or may not be stored, or the change made; 6 fewer messages than
        --count received within --timeout; 7 message types that cannot be written; 8 a change of them that breaks clients; 9 a load that
        lost or repeated messages; 130 interrupted.
        """;
}
