namespace Wsmq;

/// <summary>What the client was doing when it met an error.</summary>
public enum WsmqOperation
{
    /// <summary>An attempt to connect failed, a refused token included; the next one follows, and asks for a token again.</summary>
    Connect = 0,

    /// <summary>The connection was closed with an error; the client connects again, unless the error is <c>revoked</c> or <c>banned</c>.</summary>
    Connection = 1,

    /// <summary>A handler failed; it is given the same message again.</summary>
    Handle = 2,

    /// <summary>
    /// No handler takes messages of this type, and there is no fallback; the message is dead-lettered. Not raised where
    /// <see cref="WsmqClientOptions.UnhandledMessages"/> is <see cref="WsmqUnhandledMessages.Ignore"/>.
    /// </summary>
    FindHandler = 3,

    /// <summary>
    /// The body does not fit the handler's type, and there is no fallback: a failed attempt, as <see cref="Handle"/>.
    /// </summary>
    ReadBody = 4,

    /// <summary>An ack was refused; the messages may come again after the next connect.</summary>
    Acknowledge = 5,

    /// <summary>The server would not deliver again what is missing; a gap is announced and delivery goes on.</summary>
    Resume = 6,

    /// <summary>A live push could not be read, or its handler failed; it is gone.</summary>
    Live = 7,

    /// <summary>The server sent something that is not in the protocol; it was ignored.</summary>
    Protocol = 8,
}
