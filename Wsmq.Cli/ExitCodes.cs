namespace Wsmq.Cli;

/// <summary>What the process returns; scripts switch on it, so numbers are never reused.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Refused = 1;
    public const int Usage = 2;
    public const int Unreachable = 3;
    public const int Unauthenticated = 4;
    public const int OutcomeUnknown = 5;
    public const int TooFew = 6;
    public const int Interrupted = 130;

    public const string Help = """
        Exit codes: 0 done; 1 refused, with the number of the error; 2 wrong usage; 3 no connection in time; 4 not
        authenticated (401); 5 outcome unknown: the message may or may not be stored; 6 fewer messages than --count came within
        --timeout; 130 interrupted.
        """;
}
