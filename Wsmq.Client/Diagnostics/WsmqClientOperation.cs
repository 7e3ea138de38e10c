namespace Wsmq;

/// <summary>The operation of the client that failed, in <see cref="WsmqErrorEventArgs.Operation"/>.</summary>
public enum WsmqClientOperation
{
    /// <summary>
    /// An attempt to connect failed, for example because the token was refused. The client tries again, and requests a new token from
    /// the app.
    /// </summary>
    Connect = 0,

    /// <summary>The connection was closed with an error. The client reconnects, except after <c>revoked</c> or <c>banned</c>.</summary>
    ConnectionLost = 1,

    /// <summary>
    /// A handler threw. It is called with the same message again; with one of a state (<see cref="WsmqDelivery.IsState"/>) at most 20 times.
    /// </summary>
    Handle = 2,

    /// <summary>
    /// No handler is registered for the type of the message, and there is no fallback. The message is dead-lettered, and one of a state
    /// left out. Not raised where <see cref="WsmqClientOptions.UnhandledMessages"/> is
    /// <see cref="WsmqUnhandledMessagePolicy.Acknowledge"/>.
    /// </summary>
    FindHandler = 3,

    /// <summary>
    /// The body does not fit the handler's type, and there is no fallback. It counts as a failed attempt, as <see cref="Handle"/>.
    /// </summary>
    ReadBody = 4,

    /// <summary>The server refused an ack. The messages may be delivered again after the next connect.</summary>
    Ack = 5,

    /// <summary>
    /// The server refused to deliver missing messages again. The client raises <see cref="WsmqClient.Gap"/>, and delivery continues.
    /// </summary>
    Resume = 6,

    /// <summary>A live push could not be read, or its handler threw. The push is lost.</summary>
    Live = 7,

    /// <summary>The server sent a malformed call. The client ignored it.</summary>
    Protocol = 8,

    /// <summary>
    /// The handler of a job threw, or its body could not be read: the attempt has failed. Or the server refused the client as a worker of the
    /// queue, or the end of an attempt.
    /// </summary>
    Work = 9,

    /// <summary>The function of a <see cref="WsmqClient.Snapshot"/> threw, or returned a position that is too old. It is called again.</summary>
    LoadSnapshot = 10,

    /// <summary>The server does not let the client watch the presence of an address. It is tried again with the next connection.</summary>
    Presence = 11,

    /// <summary>
    /// The handler of a request threw, or the body did not fit it: the requester got a code without the reason. Or the server refused the reply,
    /// or the offer to answer requests.
    /// </summary>
    Respond = 12,

    /// <summary>The server refused a filter or a pause that was set before the connection: the source is delivered without it.</summary>
    Filter = 13,
}
