namespace Wsmq.Server.Api;

/// <summary>The errors that endpoints can answer with, for OpenAPI documents.</summary>
internal static class ApiErrors
{
    /// <summary>Of every endpoint.</summary>
    public static readonly WsmqError[] Always =
    [
        WsmqErrors.NoUserIdentifier, WsmqErrors.InvalidUserIdentifier, WsmqErrors.Revoked, WsmqErrors.Banned, WsmqErrors.OriginNotAllowed,
        WsmqErrors.InvalidMessage, WsmqErrors.StoreUnavailable, WsmqErrors.StoreCorrupt, WsmqErrors.Stopping, WsmqErrors.ServerBusy,
    ];

    public static readonly WsmqError[] Sending =
    [
        WsmqErrors.InvalidAddress, WsmqErrors.UnknownAddressKind, WsmqErrors.InvalidName, WsmqErrors.NameTooLong, WsmqErrors.InvalidBody,
        WsmqErrors.SenderNotAllowed, WsmqErrors.SendNotAllowed, WsmqErrors.ReplyToNotAllowed, WsmqErrors.UnknownQueue,
        WsmqErrors.MessageTooLarge, WsmqErrors.UnsupportedContentType, WsmqErrors.IdConflict, WsmqErrors.TooManySends,
        WsmqErrors.RateLimited, WsmqErrors.TooManyNewAddresses, WsmqErrors.QuotaExceeded, WsmqErrors.QueueFull, WsmqErrors.StoreFull,
        WsmqErrors.NotReplicated, WsmqErrors.TooManyDelayed, WsmqErrors.PositionConflict, WsmqErrors.TooMuchState, WsmqErrors.TooManyTracked,
    ];

    public static readonly WsmqError[] Requesting =
    [
        WsmqErrors.InvalidAddress, WsmqErrors.UnknownAddressKind, WsmqErrors.InvalidName, WsmqErrors.NameTooLong, WsmqErrors.InvalidBody,
        WsmqErrors.SenderNotAllowed, WsmqErrors.SendNotAllowed, WsmqErrors.UnknownQueue, WsmqErrors.MessageTooLarge,
        WsmqErrors.UnsupportedContentType, WsmqErrors.TooManySends, WsmqErrors.RateLimited, WsmqErrors.QueueFull, WsmqErrors.StoreFull,
        WsmqErrors.NotReplicated, WsmqErrors.NoResponder, WsmqErrors.RequestTimeout, WsmqErrors.RequestFailed, WsmqErrors.ResponderBusy,
    ];

    public static readonly WsmqError[] Cancelling =
    [
        WsmqErrors.InvalidAddress, WsmqErrors.UnknownAddressKind, WsmqErrors.InvalidName, WsmqErrors.NameTooLong, WsmqErrors.TooManyResumes,
        WsmqErrors.NotReplicated,
    ];

    public static readonly WsmqError[] Reading =
    [
        WsmqErrors.InvalidAddress, WsmqErrors.UnknownAddressKind, WsmqErrors.InvalidName, WsmqErrors.NameTooLong,
        WsmqErrors.InvalidPosition, WsmqErrors.ReadNotAllowed, WsmqErrors.PositionBeyondTail, WsmqErrors.TooManyResumes,
        WsmqErrors.TooManyConnections,
    ];

    public static readonly WsmqError[] ReadingState =
    [
        WsmqErrors.InvalidAddress, WsmqErrors.UnknownAddressKind, WsmqErrors.InvalidName, WsmqErrors.NameTooLong, WsmqErrors.ReadNotAllowed,
        WsmqErrors.TooManyResumes,
    ];

    public static readonly WsmqError[] Tracking =
    [
        WsmqErrors.InvalidAddress, WsmqErrors.UnknownAddressKind, WsmqErrors.InvalidName, WsmqErrors.NameTooLong, WsmqErrors.TooManyResumes,
    ];

    public static readonly WsmqError[] ReadingHistory =
    [
        WsmqErrors.InvalidAddress, WsmqErrors.UnknownAddressKind, WsmqErrors.InvalidName, WsmqErrors.NameTooLong,
        WsmqErrors.InvalidPosition, WsmqErrors.HistoryNotAllowed, WsmqErrors.TooManyResumes,
    ];

    public static readonly WsmqError[] ReadingPresence =
        [WsmqErrors.InvalidName, WsmqErrors.NameTooLong, WsmqErrors.PresenceNotAllowed, WsmqErrors.TooManyResumes];

    public static readonly WsmqError[] Managing =
    [
        WsmqErrors.InvalidAddress, WsmqErrors.UnknownAddressKind, WsmqErrors.InvalidName, WsmqErrors.NameTooLong,
        WsmqErrors.InvalidPosition, WsmqErrors.ManageNotAllowed, WsmqErrors.UnknownQueue, WsmqErrors.TooManyResumes,
    ];

    public static readonly WsmqError[] WithBody =
        [WsmqErrors.MessageTooLarge, WsmqErrors.UnsupportedContentType];

    public static readonly WsmqError[] OfAddress =
        [WsmqErrors.InvalidAddress, WsmqErrors.UnknownAddressKind, WsmqErrors.InvalidPosition];

    public static readonly WsmqError[] Operating =
        [WsmqErrors.InvalidName, WsmqErrors.NameTooLong, WsmqErrors.AdministerNotAllowed, WsmqErrors.TooManyResumes];
}
