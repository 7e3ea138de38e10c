namespace Wsmq.Tests.Fuzz;

/// <summary>What has to become of a case.</summary>
internal enum Outcome
{
    /// <summary>The invocation <c>1</c> is answered with the code of wsmq that the case names.</summary>
    Code,

    /// <summary>The invocation <c>1</c> is answered with an error of SignalR, without a code.</summary>
    Error,

    /// <summary>The invocation <c>1</c> succeeds.</summary>
    Result,

    /// <summary>Nothing comes back, and the connection goes on.</summary>
    Ignored,

    /// <summary>The server ends the connection.</summary>
    Closed,

    /// <summary>SignalR reads nothing behind a frame of a type that it does not know, and the connection ends by its time-out.</summary>
    TimesOut,
}

/// <summary>What an attacker sends behind the handshake, or in its place, and what has to become of it.</summary>
internal sealed record WireCase(string Name, Outcome Outcome, string? Code, IReadOnlyList<WireFrame> Frames)
{
    /// <summary>The frames come instead of the handshake.</summary>
    public bool IsHandshake { get; init; }

    public override string ToString() => Name;
}
