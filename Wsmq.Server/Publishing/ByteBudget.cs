namespace Wsmq.Server.Publishing;

/// <summary>How many bytes may be under way at a time. A single message always fits when nothing else is under way.</summary>
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
