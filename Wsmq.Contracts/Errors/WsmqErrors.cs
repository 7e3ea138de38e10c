using System.Collections.Frozen;

namespace Wsmq;

/// <summary>
/// All errors of wsmq, to compare with <see cref="WsmqException.Error"/>. By number: 1xxx the connection; 2xxx a malformed or too large
/// message or argument; 3xxx missing permission; 4xxx flow control and limits; 5xxx the store and the server's load; 6xxx raised by the
/// client itself. To decide about a retry use <see cref="WsmqError.CanRetry"/>, which also holds for errors of newer servers.
/// </summary>
/// <example><code>catch (WsmqException e) when (e.Error == WsmqErrors.StoreFull) { … }</code></example>
public static class WsmqErrors
{
    private static readonly Dictionary<int, WsmqError> Building = [];

    /// <summary>1001, final: the connection is authenticated, but its user has no identifier.</summary>
    public static WsmqError NoUserIdentifier { get; } = Final(1001, "no-user-identifier",
        "The connection's user has no identifier: the token needs a name identifier claim, or the app an IUserIdProvider.");

    /// <summary>1002, final: the <c>device</c> query value is not a valid name.</summary>
    public static WsmqError InvalidDevice { get; } = Final(1002, "invalid-device",
        "The device name is invalid: use 1 to 64 bytes of printable text without look-alike characters.");

    /// <summary>1003, final: the user has the maximum number of devices.</summary>
    public static WsmqError TooManyDevices { get; } = Final(1003, "too-many-devices",
        "The user has reached the maximum number of devices: use the name of a known device, or wait until one expires.");

    /// <summary>1004, final: the user's identifier cannot be part of an address.</summary>
    public static WsmqError InvalidUserIdentifier { get; } = Final(1004, "invalid-user-identifier",
        "The user identifier of the connection breaks the rules for names in addresses: the app has to map it to one that follows them, "
        + "or, if it only looks like others or is not in NFKC, to set WsmqOptions.Access.AllowLookAlikeUserIdentifiers.");

    /// <summary>1005, retry: the user or the node has the maximum number of connections, or the user opens them too fast.</summary>
    public static WsmqError TooManyConnections { get; } = Retry(1005, "too-many-connections",
        "The user or this server has reached its maximum number of connections, or the user opens them too fast: connect again later.");

    /// <summary>1006, final: the token was revoked, alone or with all tokens of the user that were issued before a given time.</summary>
    public static WsmqError Revoked { get; } = Final(1006, "revoked",
        "The token was revoked: let the user sign in again, and connect with the new token.");

    /// <summary>1007, final: the user is banned.</summary>
    public static WsmqError Banned { get; } = Final(1007, "banned", "The user is banned, with every token: only the app can lift the ban.");

    /// <summary>1008, final: the request comes from a browser page whose origin is not allowed.</summary>
    public static WsmqError OriginNotAllowed { get; } = Final(1008, "origin-not-allowed",
        "Pages of this origin may not connect: the operator has to add the origin to WsmqOptions.Endpoint.AllowedOrigins.");

    /// <summary>1009, final: the request uses a transport that the app has not enabled.</summary>
    public static WsmqError TransportNotAllowed { get; } = Final(1009, "transport-not-allowed",
        "This server does not accept the transport of the request: use WebSockets and have every proxy pass the Upgrade header, "
        + "or enable server-sent events and long polling in MapWsmq.");

    /// <summary>1010, final: the request names a connection that this user does not have on this server.</summary>
    public static WsmqError NoSuchConnection { get; } = Final(1010, "no-such-connection",
        "The user has no such connection on this server: negotiate again, or skip the negotiation. "
        + "Behind a load balancer, negotiation needs sticky sessions.");

    /// <summary>1011, final: the token of an event stream of the HTTP API has expired. Connections of the hub are closed without it.</summary>
    public static WsmqError TokenExpired { get; } = Final(1011, "token-expired",
        "The token has expired: connect with a new one.");

    /// <summary>2001, final: the text is not an address.</summary>
    public static WsmqError InvalidAddress { get; } = Final(2001, "invalid-address",
        "An address is written user:<id>, group:<name> or work:<queue>.");

    /// <summary>2002, final: the kind of the address, before the first colon, is unknown.</summary>
    public static WsmqError UnknownAddressKind { get; } = Final(2002, "unknown-address-kind",
        "The kind before the first colon is none of user, group and work: write user:<id>, group:<name> or work:<queue>.");

    /// <summary>2003, final: the name is empty, or contains characters that names must not contain.</summary>
    public static WsmqError InvalidName { get; } = Final(2003, "invalid-name",
        "The name is invalid: it must be printable and in Unicode normalization form NFKC, and each word must use one alphabet.");

    /// <summary>2004, final: the name is too long.</summary>
    public static WsmqError NameTooLong { get; } = Final(2004, "name-too-long",
        "The name is too long: use at most 256 bytes in UTF-8 for an address, 64 for a device.");

    /// <summary>2005, final: the text is not a position.</summary>
    public static WsmqError InvalidPosition { get; } = Final(2005, "invalid-position",
        "The position is invalid: send the 16 digits of a delivery's position as they came.");

    /// <summary>2006, final: the body is not exactly one JSON value, or cannot be written as one.</summary>
    public static WsmqError InvalidBody { get; } = Final(2006, "invalid-body",
        "The body is invalid: send exactly one JSON value in body, or bytes in data, not both.");

    /// <summary>2007, final: the body or the headers of the message are larger than allowed.</summary>
    public static WsmqError MessageTooLarge { get; } = Final(2007, "message-too-large",
        "The message is too large: send a smaller one, or ask the operator for a higher MaxBodyBytes or MaxHeaderBytes.");

    /// <summary>2008, final: a field has the wrong type or a value outside its bounds.</summary>
    public static WsmqError InvalidMessage { get; } = Final(2008, "invalid-message",
        "A field of the message is malformed: correct the one that the detail names.");

    /// <summary>2009, final: the message names a sender, which only the server may set.</summary>
    public static WsmqError SenderNotAllowed { get; } = Final(2009, "sender-not-allowed",
        "The server sets the sender from the connection's user: leave the field sender out.");

    /// <summary>2010, final: no work queue of this name is declared.</summary>
    public static WsmqError UnknownQueue { get; } = Final(2010, "unknown-queue",
        "No work queue of this name is declared: check the name, or declare the queue with AddQueue, or in the host's section Wsmq:Queues.");

    /// <summary>2011, final: a .NET type has no name on the wire.</summary>
    public static WsmqError NoTypeName { get; } = Final(2011, "no-type-name",
        "The type has no name that a receiver could know: declare one with [WsmqMessageType], or pass a type name in the call.");

    /// <summary>2012, final: the id was already used for a message with another content. Raised by the HTTP API.</summary>
    public static WsmqError IdConflict { get; } = Final(2012, "id-conflict",
        "The id was already used for a message with another content, and nothing was stored: use a new id for a new message.");

    /// <summary>2013, final: the body of an HTTP request is not JSON according to its content type.</summary>
    public static WsmqError UnsupportedContentType { get; } = Final(2013, "unsupported-content-type",
        "The content type is not supported: send JSON in UTF-8, with Content-Type: application/json.");

    /// <summary>2014, final: the HTTP API has no endpoint at this path.</summary>
    public static WsmqError UnknownEndpoint { get; } = Final(2014, "unknown-endpoint",
        "The HTTP API has no endpoint at this path: check it against docs/http.md, and whether the server is older than the program.");

    /// <summary>2015, final: the endpoint of the HTTP API does not take this method.</summary>
    public static WsmqError MethodNotAllowed { get; } = Final(2015, "method-not-allowed",
        "The endpoint does not take this HTTP method: use one that the header Allow names.");

    /// <summary>3001, final: the authorizer denies sending to this address.</summary>
    public static WsmqError SendNotAllowed { get; } = Final(3001, "send-not-allowed",
        "The user may not send to this address. By default a user may send to every user, and to groups that it is a member of.");

    /// <summary>3002, final: the authorizer denies reading this address.</summary>
    public static WsmqError ReadNotAllowed { get; } = Final(3002, "read-not-allowed",
        "The user may not read this address. By default a user may read its own queue, and groups that it is a member of.");

    /// <summary>3003, final: the reply-to is an address that the sender itself may not send to.</summary>
    public static WsmqError ReplyToNotAllowed { get; } = Final(3003, "reply-to-not-allowed",
        "The reply-to is not allowed: name an address that the sender itself may send to.");

    /// <summary>3004, final: the user is a member of the maximum number of groups. Raised where the app adds a user to a group.</summary>
    public static WsmqError TooManyGroups { get; } = Final(3004, "too-many-groups",
        "The user is a member of the maximum number of groups: remove it from another group first.");

    /// <summary>3005, final: the authorizer denies working on the jobs of this queue.</summary>
    public static WsmqError WorkNotAllowed { get; } = Final(3005, "work-not-allowed",
        "The user may not work on the jobs of this queue. By default nobody may: the app's authorizer decides.");

    /// <summary>3006, final: the authorizer denies managing this queue.</summary>
    public static WsmqError ManageNotAllowed { get; } = Final(3006, "manage-not-allowed",
        "The user may not manage a queue of this name: check the name. By default nobody may: the app's authorizer decides.");

    /// <summary>3007, final: the authorizer denies this action of an operator. Raised by the HTTP API.</summary>
    public static WsmqError AdministerNotAllowed { get; } = Final(3007, "administer-not-allowed",
        "The user may not do this as an operator. By default nobody may: the app's authorizer decides.");

    /// <summary>3008, final: the user may not read the history of this address.</summary>
    public static WsmqError HistoryNotAllowed { get; } = Final(3008, "history-not-allowed",
        "The user may not read the history of this address. By default a user may read that of its own queue, and that of a group since it joined.");

    /// <summary>3009, final: the user may not see the presence of this address, or the app has not enabled presence.</summary>
    public static WsmqError PresenceNotAllowed { get; } = Final(3009, "presence-not-allowed",
        "The user may not see the presence of this address, or presence is not enabled. By default users see their own presence and that "
        + "of the groups that they read: the app's authorizer decides.");

    /// <summary>4001, final: the acknowledged position is past the tail of the log.</summary>
    public static WsmqError AckBeyondTail { get; } = Final(4001, "ack-beyond-tail",
        "The position is past the tail of the log: acknowledge only positions that were delivered.");

    /// <summary>4002, final: the position to resume from is past the tail of the log.</summary>
    public static WsmqError PositionBeyondTail { get; } = Final(4002, "position-beyond-tail",
        "The position is past the tail of the log: resume from a position that was delivered.");

    /// <summary>4003, retry: the connection has more sends in flight than allowed.</summary>
    public static WsmqError TooManySends { get; } = Retry(4003, "too-many-sends",
        "Too many sends of this connection are in flight: wait for receipts before sending more.");

    /// <summary>4004, retry: the connection or its user sends faster than allowed.</summary>
    public static WsmqError RateLimited { get; } = Retry(4004, "rate-limited",
        "This connection or its user sends faster than allowed: send again with the same id after the stated time.");

    /// <summary>4005, retry: the user has written to too many addresses that did not exist before.</summary>
    public static WsmqError TooManyNewAddresses { get; } = Retry(4005, "too-many-new-addresses",
        "The address has not been used before, and the user has written to too many new ones: check the name, or send again later.");

    /// <summary>4006, retry: the user calls Resume, Nack or History, or reads over HTTP, too often, or sends too many acks that are refused.</summary>
    public static WsmqError TooManyResumes { get; } = Retry(4006, "too-many-resumes",
        "The user calls Resume, Nack or History, or reads over HTTP, too often, or sends too many acks that are refused: try again after the stated time.");

    /// <summary>4007, retry: the storage charged to the user has reached the user's share of the store.</summary>
    public static WsmqError QuotaExceeded { get; } = Retry(4007, "quota-exceeded",
        "The user's share of the store is used up: send again once earlier messages are acknowledged, or ask the operator for more.");

    /// <summary>4008, retry: the work queue holds its maximum of waiting jobs or of bytes; nothing was stored.</summary>
    public static WsmqError QueueFull { get; } = Retry(4008, "queue-full",
        "The work queue holds as many jobs as it may: send again later, when workers have taken some.");

    /// <summary>4009, final: the lease is not current; nothing changed.</summary>
    public static WsmqError LeaseLost { get; } = Final(4009, "lease-lost",
        "The lease of the job has run out or was given back, and another worker may have the job: do not repeat the call.");

    /// <summary>4010, final: the number of the message does not follow what the store knows of its producer; nothing was stored now.</summary>
    public static WsmqError OutOfSequence { get; } = Final(4010, "out-of-sequence",
        "The number of the message does not follow what the store knows of its producer, and nothing was stored now: go on with a new producer, "
        + "or under a new epoch, and treat the outcome of messages that were sent before and have no result as unknown.");

    /// <summary>4011, retry: the user opens streams of producers too often.</summary>
    public static WsmqError TooManyProducers { get; } = Retry(4011, "too-many-producers",
        "The user opens streams of producers too often: send with ids, or try again after the stated time.");

    /// <summary>4012, final: as many messages of the user wait for their time as may.</summary>
    public static WsmqError TooManyDelayed { get; } = Final(4012, "too-many-delayed",
        "As many messages of the user wait for their time as may: cancel some, or send when some are due.");

    /// <summary>4013, final: the log has another tail than the message expects; nothing was stored.</summary>
    public static WsmqError PositionConflict { get; } = Final(4013, "position-conflict",
        "The log has another tail than the message expects: read what was stored since, and decide again.");

    /// <summary>4014, final: the state of the address has as many keys or bytes as it may; nothing was stored.</summary>
    public static WsmqError TooMuchState { get; } = Final(4014, "too-much-state",
        "The state of the address has as many keys or bytes as it may: remove some.");

    /// <summary>4015, final: the connection watches the presence of as many addresses as it may.</summary>
    public static WsmqError TooManyWatches { get; } = Final(4015, "too-many-watches",
        "The connection watches the presence of as many addresses as it may: end other watches, or watch a group.");

    /// <summary>4016, retry: nobody answers such requests at the address; nothing was handled.</summary>
    public static WsmqError NoResponder { get; } = Retry(4016, "no-responder",
        "Nobody who is connected answers such requests at this address, and nothing was handled: check the address and the type, or try again later.");

    /// <summary>4017, final: there was no reply in time; the request may or may not have been handled.</summary>
    public static WsmqError RequestTimeout { get; } = Final(4017, "request-timeout",
        "There was no reply in time: the request may have been handled, and is not any more from now on.");

    /// <summary>4018, final: the responder has refused the request, or has failed; the detail begins with a code.</summary>
    public static WsmqError RequestFailed { get; } = Final(4018, "request-failed", "The request was not answered with a reply.");

    /// <summary>4019, retry: all who answer such requests are busy, and as many requests wait for them as may; nothing was handled.</summary>
    public static WsmqError ResponderBusy { get; } = Retry(4019, "responder-busy",
        "All who answer such requests are busy, and as many requests wait for them as may; nothing was handled: try again later.");

    /// <summary>4026, final: the store keeps as many sequences of the user as it may; nothing was stored, and no number used up.</summary>
    public static WsmqError TooManySequences { get; } = Final(4026, "too-many-sequences",
        "The store keeps as many sequences of the user, each of a producer and an address, as it may: use fewer producers, or send with an id.");

    /// <summary>4023, final: as many messages of the user are tracked as may; nothing was stored.</summary>
    public static WsmqError TooManyTracked { get; } = Final(4023, "too-many-tracked",
        "As many messages of the user are tracked as may: send without tracking, or when the status of earlier ones is not stored any more.");

    /// <summary>4020, final: the connection has filters or pauses for as many sources as it may.</summary>
    public static WsmqError TooManyFilters { get; } = Final(4020, "too-many-filters",
        "The connection has filters or pauses for as many sources as it may: remove some, or filter in the client.");

    /// <summary>5001, retry: the store did not answer in time; a message may or may not be stored.</summary>
    public static WsmqError StoreUnavailable { get; } = Retry(5001, "store-unavailable",
        "The store did not answer in time: try again; a message that is sent again with the same id is not stored twice.");

    /// <summary>5002, retry: the server's queue to the store stayed full; the message is not stored.</summary>
    public static WsmqError ServerBusy { get; } = Retry(5002, "server-busy",
        "The server's queue to the store is full: send again later, with the same id.");

    /// <summary>5003, retry: the store is full; nothing was stored.</summary>
    public static WsmqError StoreFull { get; } = Retry(5003, "store-full",
        "The store is full, and nothing was stored: send again later; the operator has to free space.");

    /// <summary>5004, retry: the server is stopping.</summary>
    public static WsmqError Stopping { get; } = Retry(5004, "stopping", "This server is stopping: connect again.");

    /// <summary>5005, retry: fewer replicas than required have confirmed the message; it is stored, and may be delivered.</summary>
    public static WsmqError NotReplicated { get; } = Retry(5005, "not-replicated",
        "The message is stored, but on fewer replicas than a receipt requires: send again with the same id; it is not stored twice.");

    /// <summary>5006, retry: another program has corrupted the stored data of the address; the message is hardly ever stored.</summary>
    public static WsmqError StoreCorrupt { get; } = Retry(5006, "store-corrupt",
        "The stored data of this address is corrupt, because another program has changed it: an operator has to repair it first.");

    /// <summary>6001, final: the client got no answer in time; a message may or may not be stored, and a change may or may not be made.</summary>
    public static WsmqError OutcomeUnknown { get; } = Final(6001, "outcome-unknown",
        "The client got no answer in time: the message may or may not be stored, or the change made; sending a message again may store it twice.");

    /// <summary>6002, final: the client was stopped, was never started, or got no connection in time; nothing was stored or changed.</summary>
    public static WsmqError ClientClosed { get; } = Final(6002, "client-closed",
        "Nothing was stored or changed: the client was stopped, was never started, or cannot connect. Start it, or correct the cause.");

    /// <summary>6003, retry: the app's callback returned no token that the client could send, failed, or took too long.</summary>
    public static WsmqError NoToken { get; } = Retry(6003, "no-token",
        "The app's callback returned no usable access token: correct it; the client calls it again at the next attempt to connect.");

    /// <summary>6004, final: the server answered the first attempt to connect with HTTP 401 or 403.</summary>
    public static WsmqError ConnectionRefused { get; } = Final(6004, "connection-refused",
        "The server refused the connection: correct the token or the permissions, and start the client again.");

    /// <summary>6005, final: the app's settings for the client's connections cannot work, or its callback threw.</summary>
    public static WsmqError ClientMisconfigured { get; } = Final(6005, "client-misconfigured",
        "The app's settings for the client's connections cannot work: correct the one that the detail names.");

    /// <summary>All errors, by number.</summary>
    public static IReadOnlyDictionary<int, WsmqError> All { get; } = Building.ToFrozenDictionary();

    internal static WsmqError? ByNumber(int number) => All.GetValueOrDefault(number);

    private static WsmqError Final(int number, string code, string text) => Add(new WsmqError(number, code, text, CanRetry: false));

    private static WsmqError Retry(int number, string code, string text) => Add(new WsmqError(number, code, text, CanRetry: true));

    private static WsmqError Add(WsmqError error)
    {
        Building.Add(error.Number, error);
        return error;
    }
}
