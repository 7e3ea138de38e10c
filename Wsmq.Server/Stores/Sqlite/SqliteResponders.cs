namespace Wsmq.Server.Stores.Sqlite;

/// <summary>There are no other nodes.</summary>
internal sealed class SqliteResponders : IResponderStore
{
    public Task SetAsync(WsmqAddress address, IReadOnlyCollection<string>? types, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<string>> FindAsync(WsmqAddress address, string? type, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    public Task RemoveAsync(WsmqAddress address, string node, CancellationToken cancellationToken) => Task.CompletedTask;
}
