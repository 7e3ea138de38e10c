namespace Wsmq.Server.Publishing;

/// <summary>How many sends of one connection are under way.</summary>
internal sealed class OutstandingSends(int limit)
{
    private int _count;

    public int Limit => limit;

    /// <summary>Counts a send; false where too many are under way already.</summary>
    public bool TryBegin()
    {
        if (Interlocked.Increment(ref _count) <= limit)
            return true;
        End();
        return false;
    }

    public void End() => Interlocked.Decrement(ref _count);
}
