using System.Collections.Concurrent;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.DeadLetters;

/// <summary>Dead letters of a real node, with what a test lets happen before each replay.</summary>
internal sealed class FaultyLetters(IWsmqDeadLetters real, Func<string, int, CancellationToken, Task> before) : IWsmqDeadLetters
{
    private readonly ConcurrentDictionary<string, int> _attempts = [];

    public async Task<WsmqReceipt?> ReplayAsync(string userId, string id, CancellationToken cancellationToken = default)
    {
        await before(id, _attempts.AddOrUpdate(id, 1, (_, count) => count + 1), cancellationToken);
        return await real.ReplayAsync(userId, id, cancellationToken);
    }

    public Task<bool> RemoveAsync(string userId, string id, CancellationToken cancellationToken = default) =>
        real.RemoveAsync(userId, id, cancellationToken);

    public Task<IReadOnlyList<WsmqDeadLetter>> ListAsync(
        string userId, string? after = null, int max = 100, CancellationToken cancellationToken = default) =>
        real.ListAsync(userId, after, max, cancellationToken);

    public Task<WsmqDeadLetter?> ReadAsync(string userId, string id, CancellationToken cancellationToken = default) =>
        real.ReadAsync(userId, id, cancellationToken);

    public Task<WsmqPage<WsmqFoundDeadLetter>> SearchAsync(
        WsmqDeadLetterQuery query, string? next = null, int max = 50, CancellationToken cancellationToken = default) =>
        real.SearchAsync(query, next, max, cancellationToken);

    public Task<WsmqDeadLetterCount> CountAsync(WsmqDeadLetterQuery query, CancellationToken cancellationToken = default) =>
        real.CountAsync(query, cancellationToken);
}

/// <summary>Stored runs of a real node. The first answer to each write is lost, or calls fail, if the test wants that.</summary>
internal sealed class FaultyRuns(IRunStore real, bool loses = false) : IRunStore
{
    private readonly ConcurrentDictionary<string, bool> _lost = [];
    private int _refused;

    /// <summary>How many writes were refused, because the run had changed.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public int Lost => _lost.Count;

    /// <summary>What was written, in this order.</summary>
    public ConcurrentQueue<string?> Written { get; } = [];

    public bool FailsReads { get; set; }

    public bool FailsWrites { get; set; }

    public Task<StoredRuns> ListAsync(CancellationToken cancellationToken) => real.ListAsync(cancellationToken);

    public Task<StoredRun> ReadAsync(string id, CancellationToken cancellationToken) =>
        FailsReads ? throw new WsmqException(WsmqErrors.StoreUnavailable) : real.ReadAsync(id, cancellationToken);

    public async Task<bool> ReplaceAsync(string id, string? before, string? after, CancellationToken cancellationToken)
    {
        if (FailsWrites)
            throw new WsmqException(WsmqErrors.StoreUnavailable);
        var replaced = await real.ReplaceAsync(id, before, after, cancellationToken);
        if (replaced)
            Written.Enqueue(after);
        else
            Interlocked.Increment(ref _refused);
        return loses && _lost.TryAdd(after ?? "", true) ? throw new WsmqException(WsmqErrors.StoreUnavailable) : replaced;
    }
}
