using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>What a <see cref="WsmqClient"/> may set. All values are checked when the client is made.</summary>
public sealed class WsmqClientOptions
{
    /// <summary>
    /// The name of this consumer among the user's devices: each has its own cursor over the same log. Keep it from one start to the
    /// next, or messages come again. Default <c>default</c>; 1 to 64 bytes.
    /// </summary>
    public string Device { get; set; } = "default";

    /// <summary>Gives the access token; asked anew for every connection. Default: none is sent.</summary>
    public Func<CancellationToken, Task<string?>>? AccessTokenProvider { get; set; }

    /// <summary>How bodies are read and written where no <c>JsonTypeInfo</c> is given. Default null: web defaults, camel case.</summary>
    public JsonSerializerOptions? Json { get; set; }

    /// <summary>
    /// How many deliveries of one address may wait for their handler. A server that sends more is asked to send them again later,
    /// which costs time: keep it at or above the server's window (256 by default). Default 512; 1 to 65,536.
    /// </summary>
    public int BufferCapacity { get; set; } = 512;

    /// <summary>How many live pushes may wait for their handler; beyond it the oldest is dropped. Default 256; 1 to 65,536.</summary>
    public int LiveBufferCapacity { get; set; } = 256;

    /// <summary>
    /// How many sends may be under way at a time; further ones wait in the client, and leave together when there is room. Default 64; 1 to 128, above which a server with
    /// default settings refuses.
    /// </summary>
    public int MaxOutstandingSends { get; set; } = 64;

    /// <summary>
    /// How much may wait to be sent or for its receipt, in bytes: the messages as they are written, and 512 bytes for each. A send
    /// beyond it fails with <c>too-many-sends</c>; who awaits receipts never meets it. Default 64 MiB; 64 KiB to 2 GiB.
    /// </summary>
    public long MaxBufferedBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>The largest body to send, in bytes; a larger frame would make the server cut the connection. Default 256 KiB, like the server's; 1 to 16 MiB.</summary>
    public int MaxBodyBytes { get; set; } = 256 * 1024;

    /// <summary>The most that the headers of a message may take together, in bytes of UTF-8. Default 4 KiB, like the server's; 0 to 64 KiB.</summary>
    public int MaxHeaderBytes { get; set; } = 4 * 1024;

    /// <summary>
    /// After how long a send without a receipt fails. Until then it is repeated with the same id, so it must stay below the server's
    /// deduplication window (2 minutes by default; set it lower where the server's is lower). Default 30 seconds; more than 0, less
    /// than 2 minutes.
    /// </summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>After how long one attempt to connect is given up. Default 15 seconds; 100 ms to 10 minutes.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long stopping waits for handlers, for receipts and for the last acks, each. Default 5 seconds; 0 to 10 minutes.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The waits between attempts to connect. Default 100 ms to 30 seconds.</summary>
    public WsmqBackoffOptions ReconnectBackoff { get; } = new();

    /// <summary>The waits before a send that the server refused for now is repeated. Default 100 ms to 5 seconds.</summary>
    public WsmqBackoffOptions SendBackoff { get; } = new() { Max = TimeSpan.FromSeconds(5) };

    /// <summary>
    /// The waits before a message whose handler failed is given to it again, until the server sets it aside. Default 100 ms to 30
    /// seconds: the 20 attempts that a server with default settings allows take some five minutes.
    /// </summary>
    public WsmqBackoffOptions HandlerBackoff { get; } = new();

    /// <summary>
    /// What becomes of a message whose type no handler takes while there is no <see cref="WsmqClient.OnAny"/>. Default: it is
    /// dead-lettered for this device at once.
    /// </summary>
    public WsmqUnhandledMessages UnhandledMessages { get; set; }

    /// <summary>
    /// What the server is told when a handler has failed or a body could not be read, for whoever looks at messages that were set aside; it keeps 256 characters.
    /// Default: the name of the exception's type. Texts of exceptions can quote the message, so take care what you add.
    /// </summary>
    public Func<Exception, string?> NackReason { get; set; } = e => e.GetType().Name;

    /// <summary>
    /// Last word on the HTTP side of each connection: headers, proxy, certificates, other transports. It comes preset to WebSockets
    /// without negotiation, which needs no sticky sessions.
    /// </summary>
    public Action<HttpConnectionOptions>? ConfigureHttp { get; set; }

    /// <summary>
    /// Last word on the SignalR side of each connection: time-outs, protocol options. Leave automatic and stateful reconnect off:
    /// the client does the former itself, and the latter slows down a thousandfold.
    /// </summary>
    public Action<IHubConnectionBuilder>? ConfigureConnection { get; set; }

    /// <summary>Where waits and time-outs take the time from. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where logs go, also those of SignalR. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }
}
