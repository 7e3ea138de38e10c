using System.Collections.Frozen;

namespace Wsmq;

/// <summary>
/// Every error that wsmq gives. 1xxx: the connection; 2xxx: what was sent is malformed or over a limit; 3xxx: not allowed;
/// 4xxx: the flow of deliveries; 5xxx: the store and the server's load; 6xxx: made by the client itself.
/// </summary>
public static class WsmqErrors
{
    private static readonly Dictionary<int, WsmqError> Building = [];

    /// <summary>1001: the connection is authenticated, but its user has no identifier.</summary>
    public static WsmqError NoUserIdentifier { get; } = Final(1001, "no-user-identifier",
        "The connection's user has no identifier: the token needs a name identifier claim, or the app an IUserIdProvider.");

    /// <summary>1002: the <c>device</c> query value is not a name.</summary>
    public static WsmqError InvalidDevice { get; } = Final(1002, "invalid-device",
        "The device name is refused: 1 to 64 bytes, printable, no look-alike characters.");

    /// <summary>1003: the user has as many devices as one may have.</summary>
    public static WsmqError TooManyDevices { get; } = Final(1003, "too-many-devices",
        "The user has reached the number of devices that one may have: reuse a device name, or let one expire.");

    /// <summary>1004: the user's identifier cannot be part of an address.</summary>
    public static WsmqError InvalidUserIdentifier { get; } = Final(1004, "invalid-user-identifier",
        "The connection's user identifier cannot be used in an address: see the rules for names.");

    /// <summary>1005: the user, or the node, has as many connections as it may have, or the user opens them too fast.</summary>
    public static WsmqError TooManyConnections { get; } = Retry(1005, "too-many-connections",
        "The user or this server has as many connections as it may have, or the user opens them too fast: connect again later.");

    /// <summary>1006: the token, or all tokens of the user from before some time, were revoked.</summary>
    public static WsmqError Revoked { get; } = Final(1006, "revoked",
        "The token was revoked: let the user sign in again, and connect with the new token.");

    /// <summary>1007: the user is banned.</summary>
    public static WsmqError Banned { get; } = Final(1007, "banned", "The user is banned, with every token: only the app can lift the ban.");

    /// <summary>1008: a browser asks on behalf of a page from elsewhere.</summary>
    public static WsmqError OriginNotAllowed { get; } = Final(1008, "origin-not-allowed",
        "Pages of this origin may not connect here: the operator has to add it to WsmqOptions.AllowedOrigins.");

    /// <summary>1009: the request uses a transport that the app has not switched on.</summary>
    public static WsmqError TransportNotAllowed { get; } = Final(1009, "transport-not-allowed",
        "This server takes other transports only: use WebSockets, see that every proxy on the way passes the upgrade, or let the app switch on server-sent events and long polling in MapWsmq.");

    /// <summary>1010: the request names a connection that this user does not have on this server.</summary>
    public static WsmqError NoSuchConnection { get; } = Final(1010, "no-such-connection",
        "The user has no such connection on this server: negotiate again, or skip the negotiation. Behind a balancer it needs sticky sessions.");

    /// <summary>2001: the text is no address.</summary>
    public static WsmqError InvalidAddress { get; } = Final(2001, "invalid-address",
        "An address is written user:<id> or group:<name>.");

    /// <summary>2002: the part before the first colon is unknown.</summary>
    public static WsmqError UnknownAddressKind { get; } = Final(2002, "unknown-address-kind",
        "The kind before the first colon is neither user nor group: write user:<id> or group:<name>.");

    /// <summary>2003: the name is empty, or holds characters that names may not hold.</summary>
    public static WsmqError InvalidName { get; } = Final(2003, "invalid-name",
        "The name is refused: it must be printable, in normal form NFKC, and each word of one alphabet.");

    /// <summary>2004: the name is too long.</summary>
    public static WsmqError NameTooLong { get; } = Final(2004, "name-too-long", "The name is too long: an address takes 256 bytes in UTF-8, a device 64.");

    /// <summary>2005: the text is no position.</summary>
    public static WsmqError InvalidPosition { get; } = Final(2005, "invalid-position",
        "A position is the 16 digits that a delivery carried.");

    /// <summary>2006: the body is not exactly one JSON value.</summary>
    public static WsmqError InvalidBody { get; } = Final(2006, "invalid-body",
        "A body is exactly one JSON value, or bytes in data; not both.");

    /// <summary>2007: the message, with its headers, is larger than the server takes.</summary>
    public static WsmqError MessageTooLarge { get; } = Final(2007, "message-too-large", "The message is larger than this server takes: send less, or ask the operator for a higher MaxBodyBytes or MaxHeaderBytes.");

    /// <summary>2008: a field has a wrong type or a value outside of its bounds.</summary>
    public static WsmqError InvalidMessage { get; } = Final(2008, "invalid-message", "A field of the message is malformed: the detail names it.");

    /// <summary>2009: the message names a sender, which only the server may do.</summary>
    public static WsmqError SenderNotAllowed { get; } = Final(2009, "sender-not-allowed",
        "The server stamps the sender from the connection's identity: leave the field out.");

    /// <summary>2010: this kind of address takes no messages in this version.</summary>
    public static WsmqError UnsupportedAddress { get; } = Final(2010, "unsupported-address",
        "This version keeps no messages for work: addresses: send to user: or group:.");

    /// <summary>2011: a .NET type has no name on the wire.</summary>
    public static WsmqError NoTypeName { get; } = Final(2011, "no-type-name",
        "The type has no name that a receiver could know: declare one with [MessageType], or name the message in the call.");

    /// <summary>3001: the authorizer refuses sending to this address.</summary>
    public static WsmqError SendNotAllowed { get; } = Final(3001, "send-not-allowed", "The user may not send to this address: by default users, and groups that the user is in.");

    /// <summary>3002: the authorizer refuses reading this address.</summary>
    public static WsmqError ReadNotAllowed { get; } = Final(3002, "read-not-allowed", "The user may not read this address: by default the own queue, and groups that the user is in.");

    /// <summary>3003: the reply-to is an address that the sender itself may not send to.</summary>
    public static WsmqError ReplyToNotAllowed { get; } = Final(3003, "reply-to-not-allowed",
        "The reply-to must be an address that its sender may send to.");

    /// <summary>3004: the user is in as many groups as one may be.</summary>
    public static WsmqError TooManyGroups { get; } = Final(3004, "too-many-groups",
        "The user is in as many groups as one may be: remove it from another group first.");

    /// <summary>4001: the acknowledged position lies behind the end of the log.</summary>
    public static WsmqError AckBeyondTail { get; } = Final(4001, "ack-beyond-tail",
        "The position is beyond the last entry of the log: acknowledge positions that were delivered.");

    /// <summary>4002: the position to resume from lies behind the end of the log.</summary>
    public static WsmqError PositionBeyondTail { get; } = Final(4002, "position-beyond-tail",
        "The position is beyond the last entry of the log: resume from a position that was delivered.");

    /// <summary>4003: the connection has more sends under way than it may have.</summary>
    public static WsmqError TooManySends { get; } = Retry(4003, "too-many-sends",
        "Too many sends of this connection are under way: wait for receipts before sending more.");

    /// <summary>4004: the connection, or its user, sends faster than it may.</summary>
    public static WsmqError RateLimited { get; } = Retry(4004, "rate-limited",
        "More messages than this connection or its user may send: send again after the time that is named, with the same id.");

    /// <summary>4005: the user has written to too many addresses that did not exist before.</summary>
    public static WsmqError TooManyNewAddresses { get; } = Retry(4005, "too-many-new-addresses",
        "Nobody has used this address yet, and the user has begun too many new ones: check the name, or send again later.");

    /// <summary>4006: the user resumes, or acknowledges what is malformed or beyond the tail, too often.</summary>
    public static WsmqError TooManyReads { get; } = Retry(4006, "too-many-reads",
        "The user asks too often where logs end: resume or acknowledge again after the time that is named.");

    /// <summary>4007: the store keeps as much because of the user as it may.</summary>
    public static WsmqError QuotaExceeded { get; } = Retry(4007, "quota-exceeded",
        "The user's share of the store is used up: send again once what was sent is read, or ask the operator.");

    /// <summary>5001: the store did not answer in time; the message may or may not be stored.</summary>
    public static WsmqError StoreUnavailable { get; } = Retry(5001, "store-unavailable",
        "The store did not confirm in time: send again with the same id, it will not be stored twice.");

    /// <summary>5002: the server's queue towards the store stayed full.</summary>
    public static WsmqError ServerBusy { get; } = Retry(5002, "server-busy", "The server has too much to store right now: send again later.");

    /// <summary>5003: the store has no room.</summary>
    public static WsmqError StoreFull { get; } = Retry(5003, "store-full", "The store has no room left, and nothing was stored: send again later; the operator has to make room.");

    /// <summary>5004: the server is stopping.</summary>
    public static WsmqError Stopping { get; } = Retry(5004, "stopping", "This server is stopping: connect again.");

    /// <summary>5005: too few replicas of the store have the message; it is stored, and may be delivered.</summary>
    public static WsmqError NotReplicated { get; } = Retry(5005, "not-replicated",
        "The message is stored, but not on as many replicas as a receipt needs: send again with the same id, it will not be stored twice.");

    /// <summary>5006: what the store keeps for the address was changed by another program, and cannot be used.</summary>
    public static WsmqError StoreCorrupt { get; } = Retry(5006, "store-corrupt",
        "What the store keeps for this address is not of wsmq's making: nothing is possible there until an operator has repaired it.");

    /// <summary>6001: the client gave up before it had a receipt; the message may or may not be stored.</summary>
    public static WsmqError OutcomeUnknown { get; } = Final(6001, "outcome-unknown",
        "No receipt came in time: the message may or may not be stored, and sending it again may store it twice.");

    /// <summary>6002: the client was stopped, never started, or had no connection in time.</summary>
    public static WsmqError ClientClosed { get; } = Final(6002, "client-closed",
        "The client has no connection, because it was stopped, was never started, or cannot connect: nothing was stored.");

    /// <summary>6003: the app's callback gave the client no token that could be sent.</summary>
    public static WsmqError NoToken { get; } = Retry(6003, "no-token",
        "The client got no access token from the app: it asks again with the next attempt to connect.");

    /// <summary>6004: the server answered the first attempt to connect with a refusal that another attempt would not change.</summary>
    public static WsmqError ConnectionRefused { get; } = Final(6004, "connection-refused", "The server refused the connection.");

    /// <summary>6005: what the app set for the client's connections cannot work, or its callback failed.</summary>
    public static WsmqError ClientMisconfigured { get; } = Final(6005, "client-misconfigured",
        "What the app set for the client's connections cannot work: the detail says what to correct.");

    /// <summary>All of them, by number.</summary>
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
