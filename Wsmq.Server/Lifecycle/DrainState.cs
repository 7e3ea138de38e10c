namespace Wsmq.Server.Lifecycle;

/// <summary>The drain state of a node: serving, not ready, refusing. It only moves forward.</summary>
internal sealed class DrainState
{
    private volatile bool _stopping;
    private volatile bool _refusing;

    /// <summary>The node reports that it is not ready.</summary>
    public bool IsStopping => _stopping;

    /// <summary>The node refuses new connections.</summary>
    public bool IsRefusing => _refusing;

    public void Stop() => _stopping = true;

    public void Refuse()
    {
        _stopping = true;
        _refusing = true;
    }
}
