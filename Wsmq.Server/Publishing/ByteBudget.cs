namespace Wsmq.Server.Publishing;

/// <summary>Limits the bytes in flight. A single message always fits if nothing else is in flight.</summary>
internal sealed class ByteBudget(long limit)
{
    private long _used;

    public bool TryTake(int bytes)
    {
        var used = Interlocked.Add(ref _used, bytes);
        if (used <= limit || used == bytes)
            return true;
        Return(bytes);
        return false;
    }

    public void Return(int bytes) => Interlocked.Add(ref _used, -bytes);
}
