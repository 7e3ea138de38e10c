namespace Wsmq.Tests.Support;

/// <summary>A test with nodes on one store, and with what else it has opened. All of it is closed after the test, the last one first.</summary>
public abstract class NodesTest(NodeStore store) : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _running = [];

    private protected bool ManyNodes => store.HasManyNodes;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        try
        {
            // Clients before their proxies, and proxies before the nodes.
            for (var i = _running.Count - 1; i >= 0; i--)
                await _running[i].DisposeAsync();
        }
        finally
        {
            store.Dispose();
        }
    }

    private protected void UseStore(WsmqBuilder builder) => store.Use(builder);

    private protected T Keep<T>(T disposable)
        where T : IAsyncDisposable
    {
        _running.Add(disposable);
        return disposable;
    }
}
