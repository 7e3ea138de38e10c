using System.Security.Claims;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Framing;

namespace Wsmq.Server.Connections;

/// <summary>
/// One connection of this node: every write to it, and the only way to close it. An awaited write waits for the socket: this is the
/// backpressure of a slow reader. A completed write does not prove delivery, because writes to an aborted connection complete as well.
/// </summary>
internal sealed class NodeConnection
{
    // Bounds the write of the close message: a client that does not read must not delay the abort of its connection.
    private static readonly TimeSpan LongestWrite = TimeSpan.FromMilliseconds(250);

    private readonly HubConnectionContext _connection;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // Read while the request exists: code that has the connection from the registry may have it longer than SignalR has the request.
    private readonly SocketWrites? _writes;
    private readonly OpenConnection? _opened;
    private readonly HttpTransportType _transport;
    private int _closing;

    public NodeConnection(HubConnectionContext connection, TimeProvider time, ILogger logger)
    {
        (_connection, _time, _logger) = (connection, time, logger);
        var request = connection.GetHttpContext();
        (TakesMany, AsksForStoreState, TakesState) = (Asks(request, "batch"), Asks(request, "store"), Asks(request, "state"));
        TakesStatus = Asks(request, "status");
        (TakesSkips, IsHeld) = (Asks(request, "skips"), Asks(request, "hold"));
        ConnectedAt = time.GetUtcNow();
        _transport = connection.Features.Get<IHttpTransportFeature>()?.TransportType ?? HttpTransportType.None;
        (_writes, _opened) = (SocketWrites.Of(request), OpenConnection.Of(request));
    }

    // The values of _closing. A final close overrides one after which the client may reconnect.
    private enum Closing
    {
        No,
        MayReconnect,
        Final,
    }

    public string Id => _connection.ConnectionId;

    /// <summary>When SignalR had the connection, by the clock of the node.</summary>
    public DateTimeOffset ConnectedAt { get; }

    /// <summary>The name of the transport.</summary>
    public string Transport => _transport.ToString();

    /// <summary>Whether the client accepts calls that carry several deliveries or jobs.</summary>
    public bool TakesMany { get; }

    /// <summary>Whether the client asks for the state of the store also if it is available.</summary>
    public bool AsksForStoreState { get; }

    /// <summary>Whether the client wants the state of its sources.</summary>
    public bool TakesState { get; }

    /// <summary>Whether the client is told what has become of tracked messages.</summary>
    public bool TakesStatus { get; }

    /// <summary>Whether the client wants to know of entries that were skipped.</summary>
    public bool TakesSkips { get; }

    /// <summary>Whether nothing is delivered before the client says so.</summary>
    public bool IsHeld { get; }

    public string? UserIdentifier => _connection.UserIdentifier;

    public ClaimsPrincipal? User => _connection.User;

    /// <summary>The principal of the newest request that reads from the connection.</summary>
    public ClaimsPrincipal? Reader => _opened?.Reader;

    public CancellationToken Aborted => _connection.ConnectionAborted;

    /// <summary>The session of the connection; null before it is accepted, and once it has ended.</summary>
    public IConnectionSession? Session { get; set; }

    /// <summary>When a drain closes the connection, counted from the start of the drain; null until the drain has asked it to leave.</summary>
    public TimeSpan? DrainedAt { get; set; }

    /// <summary>Whether the server is closing the connection.</summary>
    public bool IsClosing => Volatile.Read(ref _closing) != (int)Closing.No;

    /// <summary>Whether a write waits for the socket, or has failed.</summary>
    public bool HasUnfinishedWrite => _writes?.AreUnfinished == true;

    /// <summary>
    /// Whether the server, not the client, ends the connection: the server closes it, its token has expired, or a write is unfinished.
    /// </summary>
    public bool IsEndedHere =>
        IsClosing
        || HasUnfinishedWrite
        || _connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested.IsCancellationRequested == true;

    /// <summary>Writes several entries in one write.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="shared">Composed writes shared by the readers of the log; null if the log has one reader.</param>
    /// <param name="cancellationToken">Cancels the wait for the socket.</param>
    public ValueTask ReceiveAsync(ReadOnlySpan<FeedEntry> entries, SharedFrames? shared, CancellationToken cancellationToken) =>
        entries.Length == 1 ? _connection.WriteAsync(entries[0], cancellationToken)
        : shared is not null ? _connection.WriteAsync(shared.Of(entries, TakesMany), cancellationToken)
        : WriteAsync(ComposedFrames.Of(entries, TakesMany), cancellationToken);

    /// <summary>Writes state of a source.</summary>
    /// <param name="source">The source as a JSON string.</param>
    /// <param name="entries">The entries, without defects.</param>
    /// <param name="through">After which position the log goes on; null if more state follows.</param>
    /// <param name="cancellationToken">Cancels the wait for the socket.</param>
    public ValueTask StateAsync(
        ReadOnlySpan<byte> source, ReadOnlySpan<FeedEntry> entries, WsmqPosition? through, CancellationToken cancellationToken) =>
        WriteAsync(ComposedFrames.State(source, entries, through), cancellationToken);

    public ValueTask GapAsync(WsmqAddress source, WsmqPosition after, WsmqPosition before, string reason, CancellationToken cancellationToken) =>
        InvokeAsync(nameof(IWsmqReceiver.Gap), [source.ToString(), after.ToString(), before.ToString(), reason], cancellationToken);

    public ValueTask SkippedAsync(WsmqAddress source, WsmqPosition after, WsmqPosition through, CancellationToken cancellationToken) =>
        InvokeAsync(nameof(IWsmqReceiver.Skipped), [source.ToString(), after.ToString(), through.ToString()], cancellationToken);

    public ValueTask ClearedAsync(WsmqAddress source, WsmqPosition position, CancellationToken cancellationToken) =>
        InvokeAsync(nameof(IWsmqReceiver.Cleared), [source.ToString(), position.ToString()], cancellationToken);

    public ValueTask StalledAsync(WsmqAddress source, WsmqPosition position, CancellationToken cancellationToken) =>
        InvokeAsync(nameof(IWsmqReceiver.Stalled), [source.ToString(), position.ToString()], cancellationToken);

    public ValueTask DeadLetteredAsync(WsmqAddress source, WsmqPosition position, int attempts, CancellationToken cancellationToken) =>
        InvokeAsync(nameof(IWsmqReceiver.DeadLettered), [source.ToString(), position.ToString(), attempts], cancellationToken);

    /// <summary>Gives jobs to the client: see <see cref="JobMessage.Calls"/>.</summary>
    public ValueTask JobsAsync(SerializedHubMessage calls) => _connection.WriteAsync(calls);

    /// <summary>Tells the client of the presence of an address.</summary>
    public ValueTask PresenceAsync(SerializedHubMessage change) => _connection.WriteAsync(change);

    public ValueTask HandBackJobsAsync(WsmqAddress queue) =>
        InvokeAsync(nameof(IWsmqReceiver.HandBackJobs), [queue.ToString()], CancellationToken.None);

    public ValueTask JobCancelledAsync(WsmqAddress queue, JobLease lease) =>
        InvokeAsync(nameof(IWsmqReceiver.JobCancelled), [queue.ToString(), lease.Job.ToString(), lease.Token], CancellationToken.None);

    /// <summary>Gives a request to the client; starts a write, as <see cref="Post"/> does, and returns its end.</summary>
    public Task Request(WsmqIncomingRequest request) =>
        _connection.WriteAsync(new SerializedHubMessage(new InvocationMessage(nameof(IWsmqReceiver.Request), [request]))).AsTask();

    /// <summary>Nobody waits for the reply to a request any more; starts a write, as <see cref="Post"/> does.</summary>
    public void RequestCancelled(string id) =>
        Post(new SerializedHubMessage(new InvocationMessage(nameof(IWsmqReceiver.RequestCancelled), [id])));

    /// <summary>
    /// Starts a write and does not await it: a client that does not read must not delay the other receivers of the message. SignalR closes a
    /// connection whose write fails.
    /// </summary>
    public void Post(SerializedHubMessage message) => _ = _connection.WriteAsync(message).AsTask();

    /// <summary>Asks the client to reconnect; a load balancer then routes it to another node.</summary>
    public void AskToReconnect(TimeSpan after) =>
        _ = _connection.WriteAsync(new InvocationMessage(nameof(IWsmqReceiver.Reconnect), [(int)after.TotalMilliseconds])).AsTask();

    /// <summary>
    /// Closes the connection, and returns at once: a close message is sent, then the client has time to disconnect by itself, then the
    /// connection is aborted. A repeated call has an effect only if it is the first one that forbids the client to reconnect.
    /// </summary>
    /// <param name="error">The error in the close message; null for none.</param>
    /// <param name="mayReconnect">
    /// Whether the client may reconnect. An abort adds a close frame that forbids it, and a client that receives both in one read obeys
    /// the close frame: pass a grace above zero.
    /// </param>
    /// <param name="grace">How long the client has; zero to abort as soon as the message is written.</param>
    public void Close(WsmqException? error, bool mayReconnect, TimeSpan grace)
    {
        var wanted = (int)(mayReconnect ? Closing.MayReconnect : Closing.Final);
        for (var seen = Volatile.Read(ref _closing); seen < wanted; seen = Volatile.Read(ref _closing))
        {
            if (Interlocked.CompareExchange(ref _closing, wanted, seen) != seen)
                continue;
            _ = CloseAsync(new CloseMessage(error?.Message, mayReconnect), grace);
            return;
        }
    }

    /// <summary>Ends the connection at once. From here on the server neither reads from it nor writes to it.</summary>
    public void Abort() => _connection.Abort();

    // A switch in the query of the hub's URL. Any value other than true means no: a client with an unknown value gets what every client
    // understands.
    private static bool Asks(HttpContext? request, string name) =>
        request?.Request.Query.TryGetValue(name, out var asked) == true && asked == "true";

    private async Task CloseAsync(CloseMessage message, TimeSpan grace)
    {
        try
        {
            // The grace starts before the write, because the write itself waits for a client that does not read.
            var left = Task.Delay(grace, _time, Aborted);
            await _connection.WriteAsync(message, CancellationToken.None).AsTask().WaitAsync(grace > LongestWrite ? grace : LongestWrite, _time);
            await left;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // The client does not read, and does not receive the close message; or the connection has ended.
        }
        catch (Exception e)
        {
            Log.CloseFailed(_logger, e, Id);
        }

        Abort();
    }

    // The transport has its own copy of the bytes once the write completes. Until then the buffer is in use, because the write may wait for
    // another one.
    private async ValueTask WriteAsync(ComposedFrames frames, CancellationToken cancellationToken)
    {
        try
        {
            await _connection.WriteAsync(frames, cancellationToken);
        }
        finally
        {
            frames.Return();
        }
    }

    private ValueTask InvokeAsync(string method, object?[] arguments, CancellationToken cancellationToken) =>
        _connection.WriteAsync(new SerializedHubMessage(new InvocationMessage(method, arguments)), cancellationToken);
}
