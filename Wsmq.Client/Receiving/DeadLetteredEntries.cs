namespace Wsmq;

/// <summary>Dead-lettered entries of one source that the client has not yet reached. Guarded by the source's lock.</summary>
internal sealed class DeadLetteredEntries
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

    /// <summary>Completes once the entry is dead-lettered. One entry is awaited at a time: the one that is being handled.</summary>
    public Task WhenAdded(WsmqPosition position)
    {
        if (Contains(position))
            return Task.CompletedTask;
        if (_awaited?.Position != position)
            _awaited = (position, new(TaskCreationOptions.RunContinuationsAsynchronously));
        return _awaited!.Value.Added.Task;
    }

    /// <summary>Removes entries up to a position that the client has passed. True where none are left.</summary>
    public bool IsDone(WsmqPosition left)
    {
        _positions.RemoveWhere(p => p <= left);
        return _positions.Count == 0;
    }
}
