using System.Net;

namespace Wsmq.Server.Stores;

/// <summary>
/// Appends to the logs of one lane, in the order of the calls. A lane is what the store can append to in one call: everything, or on a
/// Redis Cluster one bucket.
/// </summary>
internal interface IAppender
{
    /// <summary>
    /// Appends many entries; the result has one item for each, in the same order. The calls are made one after another.
    /// </summary>
    /// <param name="batch">At most 2,048 items, all to addresses of this lane.</param>
    /// <param name="follows">True if an append of this lane is still in flight: this one fails if that one fails.</param>
    /// <param name="cancellationToken">Cancels the wait; the append may still happen.</param>
    Task<AppendResult[]> AppendAsync(IReadOnlyList<AppendRequest> batch, bool follows, CancellationToken cancellationToken);

    /// <summary>
    /// What the first message of a batch for an address costs the store, as a multiple of what a further one does. The store serves nobody
    /// else while it appends a batch, so that the sum of a batch is bounded.
    /// </summary>
    int WeightOf(WsmqAddress to) => 1;

    /// <summary>
    /// The server that the next call goes to, if other lanes use it as well: they take turns. Null if there is no other lane, or it is not known.
    /// </summary>
    EndPoint? Server => null;

    /// <summary>
    /// Completes once everything that was answered so far is stored as durably as a receipt requires; at once if an answer is enough.
    /// Throws <see cref="WsmqException"/> with <c>not-replicated</c>: it is stored, but could still be lost. Repeated items wait as well.
    /// </summary>
    Task ConfirmedAsync() => Task.CompletedTask;
}
