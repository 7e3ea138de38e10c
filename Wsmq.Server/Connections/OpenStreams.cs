using System.Collections.Concurrent;
using System.Security.Claims;

namespace Wsmq.Server.Connections;

/// <summary>An open event stream of the HTTP API.</summary>
/// <param name="user">The identifier of its user.</param>
/// <param name="principal">The principal of its request.</param>
/// <param name="id">Identifies the stream on its node.</param>
/// <param name="openedAt">When it was opened, by the clock of the node.</param>
internal sealed class OpenStream(string user, ClaimsPrincipal principal, string id, DateTimeOffset openedAt)
{
    // Never disposed: it may be cancelled at any moment, and has no timer that would have to be released.
#pragma warning disable CA2213, CA1001
    private readonly CancellationTokenSource _ended = new();
#pragma warning restore CA2213, CA1001
    private int _hasEnded;

    public string User => user;

    public string Id => id;

    public DateTimeOffset OpenedAt => openedAt;

    /// <summary>The addresses that it reads.</summary>
    public IReadOnlyList<WsmqAddress> Sources { get; init; } = [];

    public ClaimsPrincipal Principal => principal;

    /// <summary>Is cancelled when the server ends the stream.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Why the server ended the stream; null if its user was only disconnected.</summary>
    public WsmqException? Reason { get; private set; }

    /// <summary>Ends the stream, and returns at once. Only the first call has an effect.</summary>
    public void End(WsmqException? reason)
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) != 0)
            return;
        Reason = reason;
        _ = _ended.CancelAsync();
    }
}

/// <summary>The open event streams of this node.</summary>
internal sealed class OpenStreams
{
    private readonly ConcurrentDictionary<OpenStream, bool> _streams = [];

    public int Count => _streams.Count;

    /// <summary>The current streams: those that come and go meanwhile may be missing or included.</summary>
    public IEnumerable<OpenStream> All => _streams.Select(s => s.Key);

    public void Add(OpenStream stream) => _streams[stream] = true;

    public void Remove(OpenStream stream) => _streams.TryRemove(stream, out _);
}
