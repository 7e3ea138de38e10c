using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>One node with the HTTP API and usual options, for all tests of a class that change nothing for each other.</summary>
public sealed class SharedNode : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private TestNode? _node;

    internal TestNode Node => _node ?? throw new InvalidOperationException("The shared node was not started.");

    public async Task InitializeAsync() => _node = await HttpCaller.StartNodeAsync(s => s.UseSqlite(_folder.File("wsmq.db")));

    public async Task DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        _folder.Dispose();
    }
}
