namespace Wsmq.Server.Stores.Redis;

/// <summary>A question of this node that waits for answers. An answer may be announced before it is known which nodes were asked.</summary>
internal sealed class OpenQuestion
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HashSet<string>? _waiting;

    /// <summary>Completes once every node that was asked has answered.</summary>
    public Task All => _all.Task;

    /// <summary>The nodes that were asked are known.</summary>
    public void Expect(IEnumerable<string> nodes)
    {
        lock (_lock)
        {
            _waiting = new(nodes, StringComparer.Ordinal);
            _waiting.ExceptWith(_answered);
            if (_waiting.Count == 0)
                _all.TrySetResult();
        }
    }

    /// <summary>The answer of a node is stored.</summary>
    public void Answered(string node)
    {
        lock (_lock)
        {
            if (_waiting is null)
                _answered.Add(node);
            else if (_waiting.Remove(node) && _waiting.Count == 0)
                _all.TrySetResult();
        }
    }
}
