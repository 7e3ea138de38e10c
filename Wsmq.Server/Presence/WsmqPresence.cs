using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Wsmq.Server.Authorization;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Presence;

internal sealed class WsmqPresence(
    IStore store, PresenceWatches watches, PresenceClock clock, PresenceSwitch isOn, StartGate start, IOptions<WsmqOptions> options)
    : IWsmqPresence
{
    private const int MostUsers = 10_000;

    public async Task<IReadOnlyList<WsmqUserPresence>> GetAsync(
        IReadOnlyCollection<string> userIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(userIds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(userIds.Count, MostUsers, nameof(userIds));
        isOn.Require();
        WsmqAddress[] users = [.. userIds.Select(u => options.Value.Access.Judge(WsmqAddress.User(u)))];
        await start.WaitAsync(cancellationToken);
        var watched = await watches.WatchAsync(users, null, cancellationToken);
        return Array.ConvertAll(watched, w => watches.Read(w, u => u.User));
    }

    public async Task<WsmqPresenceState> GetGroupAsync(string group, CancellationToken cancellationToken = default)
    {
        isOn.Require();
        var address = WsmqAddress.Group(group);
        await start.WaitAsync(cancellationToken);
        var watched = await watches.WatchAsync([address], null, cancellationToken);
        return watches.Read(watched[0], w => w.State);
    }

    public async IAsyncEnumerable<WsmqPresenceChange> WatchAsync(
        WsmqAddress address, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        isOn.Require();
        PresenceAddress.Check(address);
        await start.WaitAsync(cancellationToken);
        var stop = clock.Stop;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stop);
        var listener = new Listener();
        WatchedAddress? watched = null;
        try
        {
            watched = (await UnlessStoppedAsync(watches.WatchAsync([address], listener, either.Token), stop, cancellationToken))[0];
            for (long sent = 0; ;)
            {
                var next = watches.Read(watched, w =>
                    w.Version == sent ? null : sent > 0 && w.Version == sent + 1 && w.Last is { } last ? last : w.Whole);
                if (next is null)
                {
                    await UnlessStoppedAsync(listener.WaitAsync(either.Token), stop, cancellationToken);
                    continue;
                }

                sent = next.Version;
                yield return next;
            }
        }
        finally
        {
            if (watched is not null)
                watches.Release(watched, listener);
        }
    }

    private static async Task<T> UnlessStoppedAsync<T>(Task<T> step, CancellationToken stop, CancellationToken cancellationToken)
    {
        try
        {
            return await step;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new WsmqException(WsmqErrors.Stopping);
        }
    }

    public async Task ForgetAsync(string userId, CancellationToken cancellationToken = default)
    {
        isOn.Require();
        var user = options.Value.Access.Judge(WsmqAddress.User(userId)).Name;
        await start.WaitAsync(cancellationToken);
        await store.LastSeen.ForgetAsync(user, cancellationToken);
    }

    private sealed class Listener : IPresenceListener
    {
        private readonly WakeUp _wake = new();

        public void Changed(WatchedAddress watched) => _wake.Set();

        public async Task<bool> WaitAsync(CancellationToken cancellationToken)
        {
            await _wake.WaitAsync(cancellationToken);
            return true;
        }
    }
}

/// <summary>What can be watched.</summary>
internal static class PresenceAddress
{
    /// <exception cref="WsmqException"><c>invalid-address</c>.</exception>
    public static WsmqAddress Check(WsmqAddress address) => address.Kind is WsmqAddressKind.User or WsmqAddressKind.Group
        ? address
        : throw new WsmqException(WsmqErrors.InvalidAddress, "only users and groups have a presence");
}
