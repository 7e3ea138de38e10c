using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>Responders in Redis: a hash for each address that somebody answers requests at, with a field for each node.</summary>
internal sealed class RedisResponders(RedisConnections connections, RedisKeys keys, string self) : IResponderStore
{
    private const char Separator = '\n';
    private const string All = "*";

    public Task SetAsync(WsmqAddress address, IReadOnlyCollection<string>? types, CancellationToken cancellationToken) =>
        SetAsync(address, self, types is null ? All : types.Count == 0 ? "" : $"{Separator}{string.Join(Separator, types)}{Separator}", cancellationToken);

    public async Task<IReadOnlyList<string>> FindAsync(WsmqAddress address, string? type, CancellationToken cancellationToken)
    {
        var key = keys.Of(address).Responders;
        HashEntry[] entries;
        try
        {
            entries = await connections.AskAsync((database, primary) => database.HashGetAllAsync(key, primary), cancellationToken);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreCorrupt)
        {
            // Foreign content. The next node that sets an entry replaces it.
            return [];
        }

        var wanted = $"{Separator}{type}{Separator}";
        return
        [
            .. entries.Where(e => Answers(e.Value, type is null ? null : wanted)).Select(e => (string)e.Name!)
                .Where(node => node != self && node.Length == NodeIds.Length && node.All(char.IsAsciiLetterOrDigit)),
        ];
    }

    public Task RemoveAsync(WsmqAddress address, string node, CancellationToken cancellationToken) =>
        SetAsync(address, node, "", cancellationToken);

    private static bool Answers(string? types, string? wanted) =>
        types == All || (wanted is not null && types?.Contains(wanted, StringComparison.Ordinal) == true);

    private Task SetAsync(WsmqAddress address, string node, string types, CancellationToken cancellationToken) => connections.EvaluateAsync(
        RedisScript.Responders, [keys.Of(address).Responders],
        [node, types, IResponderStore.Expiry.WholeMilliseconds()], cancellationToken);
}
