using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>Options of a <see cref="WsmqClient"/>. All values are validated when the client is created.</summary>
public sealed class WsmqClientOptions
{
    /// <summary>
    /// The name of this device among the devices of the user. Each device reads the same logs with its own cursor (its last acknowledged
    /// position); clients with the same device name share one. Keep the name from one start to the next, or messages are delivered
    /// again. Default <c>default</c>; 1 to 64 bytes.
    /// </summary>
    public string Device { get; set; } = "default";

    /// <summary>
    /// Returns the bearer token for a connection; called again for every attempt to connect, so it can refresh the token. Default null:
    /// no token is sent.
    /// </summary>
    public Func<CancellationToken, Task<string?>>? AccessTokenProvider { get; set; }

    /// <summary>
    /// The serializer options for bodies where no <c>JsonTypeInfo</c> is passed; the first use makes them read-only. Default null: the web
    /// defaults (camel case). To change one, assign <c>new JsonSerializerOptions(JsonSerializerDefaults.Web) { … }</c>.
    /// </summary>
    public JsonSerializerOptions? Json { get; set; }

    /// <summary>
    /// The maximum number of received deliveries of one source that wait for their handler in the client. If the server sends more, the
    /// client requests them again later, which costs time: keep the value at or above the server's in-flight window (256 by default).
    /// Default 512; 1 to 65,536.
    /// </summary>
    public int MaxBufferedDeliveries { get; set; } = 512;

    /// <summary>
    /// The time between two acks of a source while its messages keep coming; the first message after such a pause is acknowledged at once,
    /// or for a group at a random time within it, and what was handled is acknowledged at a stop. After a crash the messages of this time
    /// are delivered again. A shorter interval costs the server an ack for each source and interval. Default 1 second; 0 to 10 seconds.
    /// </summary>
    public TimeSpan AckInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The number of handled messages of a source after which they are acknowledged without waiting for <see cref="AckInterval"/>; twice as
    /// many of all sources together. Keep it at half of the server's in-flight window of a source or below (256 by default): while that is
    /// used up, the server sends nothing. Default 128; 1 to 65,536.
    /// </summary>
    public int AckAfterMessages { get; set; } = 128;

    /// <summary>
    /// The maximum number of received live pushes that wait for their handler; beyond it the oldest is dropped. Default 256; 1 to 65,536.
    /// </summary>
    public int MaxBufferedLivePushes { get; set; } = 256;

    /// <summary>
    /// The maximum number of sends in flight. Further sends wait in the client, and are sent together when there is capacity. Default
    /// 64; 1 to 128, the number that a server with default settings accepts.
    /// </summary>
    public int MaxInFlightSends { get; set; } = 64;

    /// <summary>
    /// The maximum size of all sends without a result, in bytes: the messages as JSON, plus 512 bytes each. A send beyond it fails with
    /// <c>too-many-sends</c>; an app that awaits each receipt does not reach it. It does not bound what is received: see
    /// <see cref="MaxBufferedDeliveries"/>. Default 64 MiB; 64 KiB to 2 GiB.
    /// </summary>
    public long MaxPendingSendBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// The maximum size of a body to send, in bytes. A larger one fails here with <c>message-too-large</c>; sent to the server, it would
    /// make the server close the connection. Default 256 KiB, as on the server; 1 byte to 16 MiB.
    /// </summary>
    public int MaxBodyBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// The maximum size of all header names and values of a message, in bytes of UTF-8. Default 4 KiB, as on the server; 0 to 64 KiB.
    /// </summary>
    public int MaxHeaderBytes { get; set; } = 4 * 1024;

    /// <summary>
    /// The time after which a send without a receipt fails. Until then the client retries with the same id, so the value must be below
    /// the server's deduplication window (2 minutes by default; set it lower where the server's window is shorter). Also the time after
    /// which a call of <see cref="WsmqClient.Queues"/> without an answer fails. Default 30 seconds; more than 0, less than 2 minutes.
    /// </summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a request waits for its reply where the call states no time-out; at most the server's <c>Requests.MaxTimeout</c>, 5 minutes by
    /// default. Default 30 seconds; 1 ms to 1 hour.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The timeout of one attempt to connect. Default 15 seconds; 100 ms to 10 minutes.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The maximum time that a stop waits for receipts, for handlers and for the last acks, each. Default 5 seconds; 0 to 10 minutes.
    /// </summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The waits between attempts to connect. Default 100 ms to 30 seconds.</summary>
    public WsmqBackoffOptions ReconnectBackoff { get; } = new();

    /// <summary>The waits before a retry of a send that the server refused temporarily. Default 100 ms to 5 seconds.</summary>
    public WsmqBackoffOptions SendBackoff { get; } = new() { Max = TimeSpan.FromSeconds(5) };

    /// <summary>
    /// The waits before a handler that failed is called with the same message again, until the server dead-letters the message. Default
    /// 100 ms to 30 seconds: the 20 attempts that a server with default settings allows take about five minutes.
    /// </summary>
    public WsmqBackoffOptions HandlerBackoff { get; } = new();

    /// <summary>
    /// What happens to a message whose type has no handler while there is no <see cref="WsmqClient.OnAny"/> fallback. Default: the server
    /// dead-letters it for this device at once.
    /// </summary>
    public WsmqUnhandledMessagePolicy UnhandledMessages { get; set; }

    /// <summary>
    /// Returns the reason that is stored with a dead letter, for the operator, when a handler has failed or a body could not be read. The
    /// server stores the first 256 characters. Default: the name of the exception's type. Be careful with exception texts: they can
    /// quote the content of the message.
    /// </summary>
    public Func<Exception, string?> NackReasonProvider { get; set; } = e => e.GetType().Name;

    /// <summary>
    /// Configures HTTP for each connection, after the client's own settings: headers, proxy, certificates, other transports. Preset:
    /// WebSockets without negotiation, which needs no sticky sessions. Default null.
    /// </summary>
    public Action<HttpConnectionOptions>? ConfigureHttp { get; set; }

    /// <summary>
    /// Configures SignalR for each connection, after the client's own settings: timeouts, protocol options. Do not enable automatic
    /// reconnect, which the client does itself, or stateful reconnect, which slows it down by a factor of a thousand. Default null.
    /// </summary>
    public Action<IHubConnectionBuilder>? ConfigureConnection { get; set; }

    /// <summary>
    /// The clock for waits and timeouts. Default: the system clock; with <c>AddWsmqClient</c> the host's <see cref="System.TimeProvider"/>,
    /// if one is registered.
    /// </summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>
    /// The logger factory for the logs of the client and of SignalR. Default null: the client writes its warnings and errors to standard
    /// error, for example why it cannot connect, and <c>NullLoggerFactory.Instance</c> silences it. With <c>AddWsmqClient</c> that of the
    /// host.
    /// </summary>
    public ILoggerFactory? LoggerFactory { get; set; }
}
