using System.Collections.Concurrent;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Requests;

/// <summary>The requests for which somebody on this node waits.</summary>
internal sealed class OpenRequests(IStore store, WsmqMetrics metrics)
{
    private readonly ConcurrentDictionary<string, OpenRequest> _open = new(StringComparer.Ordinal);

    /// <summary>Opens a request. Its id begins with this node and cannot be guessed: who knows it may answer.</summary>
    public OpenRequest Begin()
    {
        var request = new OpenRequest(this, store.Nodes.Self + Guid.NewGuid().ToString("N"));
        _open[request.Id] = request;
        metrics.RequestOpened();
        return request;
    }

    /// <summary>The node that waits for the end of a request; null if the id is malformed.</summary>
    public static string? NodeOf(string? id) =>
        id is { Length: JobTerms.RequestIdLength } && id.All(char.IsAsciiLetterOrDigit) ? id[..NodeIds.Length] : null;

    /// <summary>The current attempt has ended. Returns whether somebody waited.</summary>
    public bool TryEnd(string id, RequestOutcome outcome) => _open.TryGetValue(id, out var request) && request.TrySet(outcome);

    /// <summary>The nodes that have a request of this node.</summary>
    public string[] Nodes => [.. _open.Values.Select(r => r.Node).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>A node is gone: what it had may have been handled.</summary>
    public void Lose(string node)
    {
        foreach (var request in _open.Values.Where(r => r.Node == node))
            request.TrySet(RequestOutcome.Failed(WsmqRequestException.ResponderLost, "it may have been handled"));
    }

    private void Close(OpenRequest request)
    {
        _open.TryRemove(request.Id, out _);
        metrics.RequestClosed();
    }

    /// <summary>One of them; attempts follow one another.</summary>
    internal sealed class OpenRequest(OpenRequests owner, string id) : IDisposable
    {
        private TaskCompletionSource<RequestOutcome> _end = New();

        public string Id => id;

        /// <summary>The other node that has the request now; null if none has.</summary>
        public string? Node { get; private set; }

        /// <summary>Begins an attempt; returns its end.</summary>
        public Task<RequestOutcome> Attempt(string? node)
        {
            var end = New();
            Volatile.Write(ref _end, end);
            Node = node;
            return end.Task;
        }

        /// <summary>The node does not have it: the end of the attempt is not awaited.</summary>
        public void Left() => Node = null;

        public bool TrySet(RequestOutcome outcome) => Volatile.Read(ref _end).TrySetResult(outcome);

        public void Dispose() => owner.Close(this);

        private static TaskCompletionSource<RequestOutcome> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
