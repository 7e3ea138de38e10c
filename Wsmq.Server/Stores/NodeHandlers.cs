namespace Wsmq.Server.Stores;

/// <summary>The handlers of messages between nodes, by the first byte of the message.</summary>
internal sealed class NodeHandlers
{
    private readonly Action<ReadOnlyMemory<byte>>?[] _handlers = new Action<ReadOnlyMemory<byte>>?[byte.MaxValue + 1];

    public void Add(byte kind, Action<ReadOnlyMemory<byte>> handler) => Volatile.Write(ref _handlers[kind], handler);

    /// <summary>Returns false if nothing handles messages of this kind.</summary>
    public bool TryHandle(ReadOnlyMemory<byte> message)
    {
        if (message.IsEmpty || Volatile.Read(ref _handlers[message.Span[0]]) is not { } handler)
            return false;
        handler(message);
        return true;
    }
}
