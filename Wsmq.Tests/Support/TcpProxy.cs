using System.Net;
using System.Net.Sockets;

namespace Wsmq.Tests.Support;

/// <summary>
/// Stands between a client, which has one address, and nodes: can be pointed to another one, and cuts connections as a bad network
/// does, in the middle of a frame and without a goodbye.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<TcpLink> _links = [];
    private readonly List<Task> _running = [];
    private readonly Func<long>? _bytesUntilCut;
    private readonly Task _accepting;
    private Uri _target;
    private int _cuts;
    private bool _disposed;

    /// <param name="target">Where connections go.</param>
    /// <param name="bytesUntilCut">After how many bytes, in both directions together, a connection is cut; asked anew for each.</param>
    public TcpProxy(Uri target, Func<long>? bytesUntilCut = null)
    {
        (_target, _bytesUntilCut) = (target, bytesUntilCut);
        _listener.Start();
        Hub = new Uri($"http://{_listener.LocalEndpoint}{TestNode.HubPath}");
        _accepting = AcceptAsync();
    }

    /// <summary>The address for clients.</summary>
    public Uri Hub { get; }

    /// <summary>How many connections were cut for their number of bytes.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Connections go there from now on; those that are open stay where they are.</summary>
    public void PointTo(Uri target)
    {
        lock (_lock)
            _target = target;
    }

    /// <summary>Cuts every open connection.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            foreach (var link in _links)
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
        await Task.WhenAll(_running);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                Begin(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException && _stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private void Begin(Socket client)
    {
        lock (_lock)
        {
            var link = new TcpLink(client, _bytesUntilCut?.Invoke() ?? long.MaxValue);
            _links.Add(link);
            _running.Add(RunAsync(link, _target));
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
