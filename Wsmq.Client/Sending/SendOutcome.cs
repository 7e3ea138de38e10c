using Microsoft.AspNetCore.SignalR;

namespace Wsmq;

/// <summary>What one attempt to send came to: a receipt, an error for the caller, or neither, and then it is repeated.</summary>
internal readonly record struct SendOutcome(WsmqReceipt? Receipt, Exception? Error)
{
    /// <summary>How long the server asks to wait before it is repeated.</summary>
    public TimeSpan RetryAfter { get; private init; }

    public static SendOutcome Again => default;

    public bool IsAgain => Receipt is null && Error is null;

    public static SendOutcome From(Exception exception) => exception switch
    {
        HubException when WsmqException.From(exception) is { } coded => coded.Error.CanRetry
            ? new() { RetryAfter = coded.RetryAfter ?? TimeSpan.Zero }
            : new(null, coded),
        // The server failed without a code: nobody knows how far it came, and the next attempt would likely fail the same way.
        HubException => new(null, new WsmqException(WsmqErrors.OutcomeUnknown, "the server answered without a code", exception)),
        _ => Again,
    };
}
