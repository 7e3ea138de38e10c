using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using RESPite.Transports;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace Wsmq.Server.Redis.Backplane;

/// <summary>
/// The sockets of a connection that cannot be replaced as a whole, because others hold it. Where they are closed the driver opens
/// new ones and subscribes everything there, and with Sentinel these lead to the primary of that moment.
/// </summary>
/// <param name="app">What the app's configuration has in this place.</param>
/// <param name="primary">Whom the sentinels name; null where there are none.</param>
internal sealed class LiveSockets(Tunnel? app, Func<EndPoint?> primary) : Tunnel
{
    // The newest of each kind to each server: the driver has no other open.
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

#pragma warning disable SER009 // The app's own may have it, and would not be asked otherwise.
    public override ValueTask<DuplexTransport?> ConnectTransportAsync(
        EndPoint endpoint, ConnectionType connectionType, TlsOptions tls, CancellationToken cancellationToken) =>
        app?.ConnectTransportAsync(Of(endpoint), connectionType, tls, cancellationToken) ?? default;
#pragma warning restore SER009

    private EndPoint Of(EndPoint endpoint) => primary() ?? endpoint;
}
