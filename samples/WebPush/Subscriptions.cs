using System.Collections.Concurrent;
using Lib.Net.Http.WebPush;

namespace WebPush;

/// <summary>The browsers that users have subscribed. In memory here: a real app has them in its database, for all nodes.</summary>
public sealed class Subscriptions
{
    private const int MostOfAUser = 10;
    private readonly ConcurrentDictionary<string, PushSubscription[]> _byUser = new(StringComparer.Ordinal);

    /// <summary>
    /// Adds the subscription of a browser, or replaces an earlier one of the same address; the oldest one ends if there are too many.
    /// </summary>
    public void Add(string user, PushSubscription subscription) => _byUser.AddOrUpdate(
        user, [subscription], (_, all) => [.. all.Where(s => s.Endpoint != subscription.Endpoint).TakeLast(MostOfAUser - 1), subscription]);

    public void Remove(string user, PushSubscription subscription) =>
        _byUser.AddOrUpdate(user, [], (_, all) => [.. all.Where(s => s.Endpoint != subscription.Endpoint)]);

    public IReadOnlyList<PushSubscription> Of(string user) => _byUser.GetValueOrDefault(user) ?? [];
}
