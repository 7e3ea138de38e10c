using System.Collections.Concurrent;

namespace Wsmq.Server.Stores;

/// <summary>The handlers of messages between nodes, by kind.</summary>
internal sealed class NodeHandlers
{
    private readonly ConcurrentDictionary<NodeMessageKind, Action<ReadOnlyMemory<byte>>> _handlers = [];

    public void Add(NodeMessageKind kind, Action<ReadOnlyMemory<byte>> handler) => _handlers[kind] = handler;

    /// <summary>Returns false if nothing handles messages of this kind: they come from a node of another version, or too early.</summary>
    public bool TryHandle(NodeMessageKind kind, ReadOnlyMemory<byte> message)
    {
        if (!_handlers.TryGetValue(kind, out var handler))
            return false;
        handler(message);
        return true;
    }
}
