using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Api;

/// <summary>
/// The HTTP status of each error. Clients decide by number, code and <c>retry</c>; the status is for proxies and libraries.
/// </summary>
internal static class ErrorStatus
{
    private static readonly FrozenDictionary<int, int> Statuses = new Dictionary<int, int>
    {
        [WsmqErrors.NoUserIdentifier.Number] = StatusCodes.Status403Forbidden,
        [WsmqErrors.InvalidDevice.Number] = StatusCodes.Status400BadRequest,
        [WsmqErrors.TooManyDevices.Number] = StatusCodes.Status409Conflict,
        [WsmqErrors.InvalidUserIdentifier.Number] = StatusCodes.Status403Forbidden,
        [WsmqErrors.TooManyConnections.Number] = StatusCodes.Status429TooManyRequests,
        [WsmqErrors.Revoked.Number] = StatusCodes.Status403Forbidden,
        [WsmqErrors.Banned.Number] = StatusCodes.Status403Forbidden,
        [WsmqErrors.OriginNotAllowed.Number] = StatusCodes.Status403Forbidden,
        [WsmqErrors.TransportNotAllowed.Number] = StatusCodes.Status426UpgradeRequired,
        [WsmqErrors.NoSuchConnection.Number] = StatusCodes.Status404NotFound,
        [WsmqErrors.TokenExpired.Number] = StatusCodes.Status401Unauthorized,
        [WsmqErrors.InvalidAddress.Number] = StatusCodes.Status400BadRequest,
        [WsmqErrors.UnknownAddressKind.Number] = StatusCodes.Status400BadRequest,
        [WsmqErrors.InvalidName.Number] = StatusCodes.Status400BadRequest,
        [WsmqErrors.NameTooLong.Number] = StatusCodes.Status400BadRequest,
        [WsmqErrors.InvalidPosition.Number] = StatusCodes.Status400BadRequest,
        [WsmqErrors.InvalidBody.Number] = StatusCodes.Status400BadRequest,
        [WsmqErrors.MessageTooLarge.Number] = StatusCodes.Status413PayloadTooLarge,
        [WsmqErrors.InvalidMessage.Number] = StatusCodes.Status400BadRequest,
        [WsmqErrors.SenderNotAllowed.Number] = StatusCodes.Status400BadRequest,
        [WsmqErrors.UnknownQueue.Number] = StatusCodes.Status404NotFound,
        [WsmqErrors.NoTypeName.Number] = StatusCodes.Status400BadRequest,
        [WsmqErrors.IdConflict.Number] = StatusCodes.Status422UnprocessableEntity,
        [WsmqErrors.UnsupportedContentType.Number] = StatusCodes.Status415UnsupportedMediaType,
        [WsmqErrors.UnknownEndpoint.Number] = StatusCodes.Status404NotFound,
        [WsmqErrors.MethodNotAllowed.Number] = StatusCodes.Status405MethodNotAllowed,
        [WsmqErrors.SendNotAllowed.Number] = StatusCodes.Status403Forbidden,
        [WsmqErrors.ReadNotAllowed.Number] = StatusCodes.Status403Forbidden,
        [WsmqErrors.HistoryNotAllowed.Number] = StatusCodes.Status403Forbidden,
        [WsmqErrors.ReplyToNotAllowed.Number] = StatusCodes.Status403Forbidden,
        [WsmqErrors.TooManyGroups.Number] = StatusCodes.Status409Conflict,
        [WsmqErrors.WorkNotAllowed.Number] = StatusCodes.Status403Forbidden,
        [WsmqErrors.ManageNotAllowed.Number] = StatusCodes.Status403Forbidden,
        [WsmqErrors.AdministerNotAllowed.Number] = StatusCodes.Status403Forbidden,
        [WsmqErrors.PresenceNotAllowed.Number] = StatusCodes.Status403Forbidden,
        [WsmqErrors.AckBeyondTail.Number] = StatusCodes.Status409Conflict,
        [WsmqErrors.PositionBeyondTail.Number] = StatusCodes.Status409Conflict,
        [WsmqErrors.TooManySends.Number] = StatusCodes.Status429TooManyRequests,
        [WsmqErrors.RateLimited.Number] = StatusCodes.Status429TooManyRequests,
        [WsmqErrors.TooManyNewAddresses.Number] = StatusCodes.Status429TooManyRequests,
        [WsmqErrors.TooManyResumes.Number] = StatusCodes.Status429TooManyRequests,
        [WsmqErrors.QuotaExceeded.Number] = StatusCodes.Status429TooManyRequests,
        [WsmqErrors.QueueFull.Number] = StatusCodes.Status503ServiceUnavailable,
        [WsmqErrors.LeaseLost.Number] = StatusCodes.Status409Conflict,
        [WsmqErrors.OutOfSequence.Number] = StatusCodes.Status409Conflict,
        [WsmqErrors.TooManyProducers.Number] = StatusCodes.Status429TooManyRequests,
        [WsmqErrors.TooManyDelayed.Number] = StatusCodes.Status409Conflict,
        [WsmqErrors.PositionConflict.Number] = StatusCodes.Status409Conflict,
        [WsmqErrors.TooMuchState.Number] = StatusCodes.Status409Conflict,
        [WsmqErrors.TooManySequences.Number] = StatusCodes.Status409Conflict,
        [WsmqErrors.TooManyTracked.Number] = StatusCodes.Status409Conflict,
        [WsmqErrors.TooManyWatches.Number] = StatusCodes.Status409Conflict,
        [WsmqErrors.TooManyFilters.Number] = StatusCodes.Status409Conflict,
        [WsmqErrors.NoResponder.Number] = StatusCodes.Status503ServiceUnavailable,
        [WsmqErrors.RequestTimeout.Number] = StatusCodes.Status504GatewayTimeout,
        [WsmqErrors.RequestFailed.Number] = StatusCodes.Status502BadGateway,
        [WsmqErrors.ResponderBusy.Number] = StatusCodes.Status503ServiceUnavailable,
        [WsmqErrors.StoreUnavailable.Number] = StatusCodes.Status503ServiceUnavailable,
        [WsmqErrors.ServerBusy.Number] = StatusCodes.Status503ServiceUnavailable,
        [WsmqErrors.StoreFull.Number] = StatusCodes.Status503ServiceUnavailable,
        [WsmqErrors.Stopping.Number] = StatusCodes.Status503ServiceUnavailable,
        [WsmqErrors.NotReplicated.Number] = StatusCodes.Status503ServiceUnavailable,
        [WsmqErrors.StoreCorrupt.Number] = StatusCodes.Status503ServiceUnavailable,

        // Errors of a client. A server returns one only if the app's authorizer throws it.
        [WsmqErrors.OutcomeUnknown.Number] = StatusCodes.Status500InternalServerError,
        [WsmqErrors.ClientClosed.Number] = StatusCodes.Status500InternalServerError,
        [WsmqErrors.NoToken.Number] = StatusCodes.Status500InternalServerError,
        [WsmqErrors.ConnectionRefused.Number] = StatusCodes.Status500InternalServerError,
        [WsmqErrors.ClientMisconfigured.Number] = StatusCodes.Status500InternalServerError,
    }.ToFrozenDictionary();

    /// <summary>The numbers of all errors that have a status.</summary>
    public static IEnumerable<int> Numbers => Statuses.Keys;

    /// <summary>The status of an error; also of one that the app itself has defined.</summary>
    public static int Of(WsmqError error) =>
        Statuses.TryGetValue(error.Number, out var status) ? status
        : error.CanRetry ? StatusCodes.Status503ServiceUnavailable
        : StatusCodes.Status400BadRequest;
}
