namespace Wsmq;

/// <summary>Entries of one source that the server has set aside, until the client has come to them. Guarded by its source's lock.</summary>
internal sealed class SkippedEntries
{
    private readonly HashSet<WsmqPosition> _positions = [];
    private (WsmqPosition Position, TaskCompletionSource Added)? _awaited;

    public bool Add(WsmqPosition position)
    {
        if (_awaited is { } awaited && awaited.Position == position)
            awaited.Added.TrySetResult();
        return _positions.Add(position);
    }

    public bool Contains(WsmqPosition position) => _positions.Contains(position);

    /// <summary>Completes once the entry is among them. One is awaited at a time: the one in hand.</summary>
    public Task WhenAdded(WsmqPosition position)
    {
        if (Contains(position))
            return Task.CompletedTask;
        if (_awaited?.Position != position)
            _awaited = (position, new(TaskCreationOptions.RunContinuationsAsynchronously));
        return _awaited!.Value.Added.Task;
    }

    /// <summary>Forgets what lies behind the client. True where nothing is left.</summary>
    public bool IsDone(WsmqPosition left)
    {
        _positions.RemoveWhere(p => p <= left);
        return _positions.Count == 0;
    }
}
