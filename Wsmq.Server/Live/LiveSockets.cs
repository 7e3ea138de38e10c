using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using RESPite.Transports;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace Wsmq.Server.Live;

/// <summary>
/// The sockets of a connection that cannot be replaced as a whole, because SignalR holds a reference to it. When they are closed, the
/// driver opens new ones and resubscribes all channels; with Sentinel, the new ones lead to the current primary.
/// </summary>
/// <param name="app">The tunnel of the app's own configuration, or null.</param>
/// <param name="primary">Returns the primary that the sentinels name; null without sentinels.</param>
internal sealed class LiveSockets(Tunnel? app, Func<EndPoint?> primary) : Tunnel
{
    // The latest socket of each kind to each server: the driver has no others open.
    private readonly ConcurrentDictionary<(EndPoint Server, ConnectionType Kind), Socket> _sockets = new();

    /// <summary>Closes all of them.</summary>
    public void Close()
    {
        foreach (var socket in _sockets.Values)
            socket.Dispose();
    }

    public override ValueTask<EndPoint?> GetSocketConnectEndpointAsync(EndPoint endpoint, CancellationToken cancellationToken) =>
        app?.GetSocketConnectEndpointAsync(Of(endpoint), cancellationToken) ?? new(Of(endpoint));

    public override ValueTask BeforeSocketConnectAsync(
        EndPoint endPoint, ConnectionType connectionType, Socket? socket, CancellationToken cancellationToken)
    {
        if (socket is not null)
            _sockets[(endPoint, connectionType)] = socket;
        return app?.BeforeSocketConnectAsync(Of(endPoint), connectionType, socket, cancellationToken) ?? default;
    }

    public override ValueTask<Stream?> BeforeAuthenticateAsync(
        EndPoint endpoint, ConnectionType connectionType, Socket? socket, CancellationToken cancellationToken) =>
        app?.BeforeAuthenticateAsync(Of(endpoint), connectionType, socket, cancellationToken) ?? default;

#pragma warning disable SER009 // The app's tunnel may override it, and would not be called otherwise.
    public override ValueTask<DuplexTransport?> ConnectTransportAsync(
        EndPoint endpoint, ConnectionType connectionType, TlsOptions tls, CancellationToken cancellationToken) =>
        app?.ConnectTransportAsync(Of(endpoint), connectionType, tls, cancellationToken) ?? default;
#pragma warning restore SER009

    private EndPoint Of(EndPoint endpoint) => primary() ?? endpoint;
}
