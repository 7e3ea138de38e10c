using System.Collections.Concurrent;
using System.Net;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>The turns at each server that several lanes share.</summary>
internal sealed class ServerTurns(TimeProvider time) : IDisposable
{
    private static readonly Task<CallTurns.Turn> Free = Task.FromResult(default(CallTurns.Turn));

    private readonly ConcurrentDictionary<EndPoint, CallTurns> _servers = new();

    /// <summary>Completes when a lane may begin a call at a server; at once if no other lane uses it.</summary>
    /// <param name="server">See <see cref="IAppender.Server"/>.</param>
    public Task<CallTurns.Turn> NextAsync(EndPoint? server) =>
        server is null ? Free : _servers.GetOrAdd(server, static (_, clock) => new CallTurns(clock), time).NextAsync();

    public void Dispose()
    {
        foreach (var turns in _servers.Values)
            turns.Dispose();
    }
}
