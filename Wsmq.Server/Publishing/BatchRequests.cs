using System.Collections;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>The requests of a batch, without a copy of them. The batch must not change while a store may still read it.</summary>
internal sealed class BatchRequests(List<QueuedSend> batch) : IReadOnlyList<AppendRequest>
{
    public int Count => batch.Count;

    public AppendRequest this[int index] => batch[index].Request;

    public IEnumerator<AppendRequest> GetEnumerator() => batch.ConvertAll(s => s.Request).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
