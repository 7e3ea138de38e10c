using System.Net;
using System.Net.Sockets;

namespace Wsmq.Testing;

/// <summary>
/// A TCP proxy between a client, which uses one address, and the nodes. It can be redirected to another node, and cuts connections as a
/// failing network does: in the middle of a frame and without a close.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private const string HubPath = "/wsmq";

    private readonly Lock _lock = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<TcpLink, Task> _links = [];
    private readonly Func<long>? _bytesUntilCut;
    private readonly Task _accepting;
    private Func<Uri> _target;
    private int _cuts;
    private bool _refuses;
    private bool _disposed;

    /// <param name="target">The target of the connections.</param>
    /// <param name="bytesUntilCut">Called per connection: the bytes, in both directions together, after which it is cut.</param>
    public TcpProxy(Uri target, Func<long>? bytesUntilCut = null)
        : this(() => target, bytesUntilCut)
    {
    }

    /// <param name="target">Returns the target of a connection; called per connection.</param>
    /// <param name="bytesUntilCut">Called per connection: the bytes, in both directions together, after which it is cut.</param>
    public TcpProxy(Func<Uri> target, Func<long>? bytesUntilCut = null)
    {
        (_target, _bytesUntilCut) = (target, bytesUntilCut);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        Hub = new Uri($"http://{_listener.LocalEndpoint}{HubPath}");
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>The hub URL for clients.</summary>
    public Uri Hub { get; }

    /// <summary>The number of connections that were cut because they reached their number of bytes.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Sets the target of new connections; open connections keep theirs.</summary>
    public void PointTo(Uri target)
    {
        lock (_lock)
            _target = () => target;
    }

    /// <summary>The network conditions, for open connections and new ones alike.</summary>
    public LinkConditions Conditions { get; } = new();

    /// <summary>Whether new connections are cut at once.</summary>
    public bool Refuses
    {
        get => Volatile.Read(ref _refuses);
        set => Volatile.Write(ref _refuses, value);
    }

    /// <summary>Cuts every open connection.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            foreach (var link in _links.Keys)
                link.Cut();
        }
    }

    /// <summary>
    /// Makes every open connection half open: it forwards nothing any more in these directions, and neither side is notified, as when a
    /// middlebox loses its state. New connections work.
    /// </summary>
    public void Silence(bool up = true, bool down = true)
    {
        lock (_lock)
        {
            foreach (var link in _links.Keys)
                link.Silence(up, down);
        }
    }

    /// <summary>Cuts every half-open connection, as a keep-alive of either side eventually does.</summary>
    public void CutSilent()
    {
        lock (_lock)
        {
            foreach (var link in _links.Keys.Where(l => l.IsSilent))
                link.Cut();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        Cut();
        Conditions.Clear();
        Task[] running;
        lock (_lock)
            running = [.. _links.Values];
        await Task.WhenAll(running);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                Begin(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException && _stop.IsCancellationRequested)
        {
            // Disposed, perhaps between two connections: the listener is then no longer started.
        }
    }

    private void Begin(Socket client)
    {
        lock (_lock)
        {
            var link = new TcpLink(client, _bytesUntilCut?.Invoke() ?? long.MaxValue, Conditions);
            if (Refuses)
                link.Cut();
            else
                _links.Add(link, RunAsync(link, _target()));
        }
    }

    private async Task RunAsync(TcpLink link, Uri target)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (await link.RunAsync(target))
            Interlocked.Increment(ref _cuts);
        lock (_lock)
            _links.Remove(link);
    }
}
