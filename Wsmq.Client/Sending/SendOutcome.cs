using Microsoft.AspNetCore.SignalR;

namespace Wsmq;

/// <summary>The outcome of one attempt to send: a receipt, an error for the caller, or neither, in which case it is repeated.</summary>
internal readonly record struct SendOutcome(WsmqReceipt? Receipt, Exception? Error)
{
    /// <summary>The detail of an outcome that is not known because the server's error has no code.</summary>
    public const string NoCode = "the server's error has no code";

    // After these errors the message is not stored. After others it may be, also after those that this version does not know.
    private static readonly WsmqError[] Refusals =
    [
        WsmqErrors.TooManySends, WsmqErrors.RateLimited, WsmqErrors.TooManyNewAddresses, WsmqErrors.QuotaExceeded, WsmqErrors.QueueFull,
        WsmqErrors.ServerBusy, WsmqErrors.StoreFull, WsmqErrors.Stopping, WsmqErrors.TooManyProducers,
    ];

    /// <summary>The wait before the repeat that the server requests.</summary>
    public TimeSpan RetryAfter { get; private init; }

    /// <summary>Whether this attempt is known not to have stored the message.</summary>
    public bool IsNotStored { get; private init; }

    public static SendOutcome Again => default;

    /// <summary>The message was not written, or was not stored, and is written again.</summary>
    public static SendOutcome NotStored => new() { IsNotStored = true };

    /// <summary>The server that could say whether the message is stored is not that of the current connection.</summary>
    public static SendOutcome Unrecognized => new(null, new WsmqException(
        WsmqErrors.OutcomeUnknown, "the connection was lost before the answer, and the server does not recognize a repeat"));

    public bool IsAgain => Receipt is null && Error is null;

    public static SendOutcome From(WsmqItemResult result) =>
        result.TryGetReceipt(out var receipt) ? new SendOutcome(receipt, null) : From(new HubException(result.Error));

    /// <summary>
    /// What the end of a stream means for the messages in flight: they may be stored, whatever the reason, because their answers are lost.
    /// </summary>
    public static SendOutcome OfStream(Exception exception) => From(exception) with { IsNotStored = false };

    public static SendOutcome From(Exception exception) => exception switch
    {
        HubException when WsmqException.From(exception) is { } coded => coded.Error.CanRetry
            ? new() { RetryAfter = coded.RetryAfter ?? TimeSpan.Zero, IsNotStored = Array.IndexOf(Refusals, coded.Error) >= 0 }
            : new(null, coded),
        // An error without a code: the message may or may not be stored, and the next attempt would probably fail the same way.
        HubException => new(null, new WsmqException(WsmqErrors.OutcomeUnknown, NoCode, exception)),
        _ => Again,
    };
}
