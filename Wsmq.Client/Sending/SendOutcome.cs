using Microsoft.AspNetCore.SignalR;

namespace Wsmq;

/// <summary>The outcome of one attempt to send: a receipt, an error for the caller, or neither, in which case it is repeated.</summary>
internal readonly record struct SendOutcome(WsmqReceipt? Receipt, Exception? Error)
{
    /// <summary>The detail of an outcome that is not known because the server's error has no code.</summary>
    public const string NoCode = "the server's error has no code";

    /// <summary>The wait before the repeat that the server requests.</summary>
    public TimeSpan RetryAfter { get; private init; }

    public static SendOutcome Again => default;

    public bool IsAgain => Receipt is null && Error is null;

    public static SendOutcome From(WsmqItemResult result) =>
        result.TryGetReceipt(out var receipt) ? new SendOutcome(receipt, null) : From(new HubException(result.Error));

    public static SendOutcome From(Exception exception) => exception switch
    {
        HubException when WsmqException.From(exception) is { } coded => coded.Error.CanRetry
            ? new() { RetryAfter = coded.RetryAfter ?? TimeSpan.Zero }
            : new(null, coded),
        // An error without a code: the message may or may not be stored, and the next attempt would probably fail the same way.
        HubException => new(null, new WsmqException(WsmqErrors.OutcomeUnknown, NoCode, exception)),
        _ => Again,
    };
}
