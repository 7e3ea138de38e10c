using System.Globalization;
using System.Text;
using Wsmq.Benchmarks.Load;

namespace Wsmq.Benchmarks.Scale;

/// <summary>Connections that watch the presence of a group each, and know how many of its members are online and away.</summary>
internal sealed class PresenceWatchers : IAsyncDisposable
{
    private readonly Watcher[] _watchers;
    private readonly Heartbeat _heartbeat;
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());
    private readonly LoadFailure _failure;

    /// <param name="groups">The groups.</param>
    /// <param name="failure">Where a failure goes.</param>
    public PresenceWatchers(IEnumerable<string> groups, LoadFailure failure)
    {
        _failure = failure;
        _watchers = [.. groups.Select(g => new Watcher(g, new Connection(failure)))];
        _heartbeat = new Heartbeat([], [.. _watchers.Select(w => w.Connection)], failure);
        _heartbeat.Start();
    }

    public async Task WatchAsync(Peer peer, Uri[] nodes, CancellationToken cancellationToken)
    {
        foreach (var (i, watcher) in _watchers.Index())
        {
            var user = string.Create(CultureInfo.InvariantCulture, $"watcher{i}");
            await watcher.Connection.OpenAsync(peer.AddressOf(nodes[i % nodes.Length], user, group: null), _http, cancellationToken);
            await watcher.WatchAsync();
        }
    }

    /// <summary>Waits until each of them knows that this many members of its group are online, and this many away.</summary>
    public Task KnowAsync(int online, int away, CancellationToken cancellationToken) =>
        _failure.WaitUntilAsync(() => _watchers.All(w => w.Online == online && w.Away == away), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _heartbeat.DisposeAsync();
        await Parallel.ForEachAsync(_watchers, async (watcher, _) => await watcher.Connection.DisposeAsync());
        _http.Dispose();
    }

    private sealed class Watcher(string group, Connection connection) : IFrameHandler
    {
        private int _online;
        private int _away;

        public Connection Connection => connection;

        public int Online => Volatile.Read(ref _online);

        public int Away => Volatile.Read(ref _away);

        public async Task WatchAsync()
        {
            await connection.StartAsync(this);
            await connection.SendAsync(Encoding.UTF8.GetBytes(
                $"{{\"type\":1,\"invocationId\":\"watch\",\"target\":\"WatchPresence\",\"arguments\":[\"group:{group}\"]}}\u001e"));
        }

        // Both the answer of the call and what changes have the numbers.
        public void OnFrame(ReadOnlySpan<byte> frame)
        {
            if (!TryRead(frame, "\"online\":"u8, out var online) || !TryRead(frame, "\"away\":"u8, out var away))
                throw Connection.Unexpected(frame);
            Volatile.Write(ref _online, online);
            Volatile.Write(ref _away, away);
        }

        public ValueTask OnFramesHandledAsync() => ValueTask.CompletedTask;

        private static bool TryRead(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> name, out int number)
        {
            number = 0;
            return frame.IndexOf(name) is >= 0 and var at
                && System.Buffers.Text.Utf8Parser.TryParse(frame[(at + name.Length)..], out number, out _);
        }
    }
}
