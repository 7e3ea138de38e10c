namespace Wsmq.Tests.Fuzz;

/// <summary>The required outcome of a case.</summary>
internal enum Outcome
{
    /// <summary>The invocation <c>1</c> fails with the wsmq error code that the case states.</summary>
    Code,

    /// <summary>The invocation <c>1</c> fails with an error of SignalR, without a code.</summary>
    Error,

    /// <summary>The invocation <c>1</c> succeeds.</summary>
    Result,

    /// <summary>The server sends no reply, and the connection stays open.</summary>
    Ignored,

    /// <summary>The server closes the connection.</summary>
    Closed,

    /// <summary>SignalR reads nothing after a frame of an unknown type, and the connection ends by its timeout.</summary>
    TimesOut,
}

/// <summary>The frames that an attacker sends after the handshake, or instead of it, and the required outcome.</summary>
internal sealed record WireCase(string Name, Outcome Outcome, string? Code, IReadOnlyList<WireFrame> Frames)
{
    /// <summary>The frames replace the handshake.</summary>
    public bool IsHandshake { get; init; }

    public override string ToString() => Name;
}
