using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Tracking;

internal sealed class WsmqTracking(IStore store, StartGate start) : IWsmqTracking
{
    /// <summary>The sender of the app's messages, in records.</summary>
    public const string App = "app";

    public async Task<WsmqMessageStatus?> GetStatusAsync(WsmqAddress to, WsmqPosition position, CancellationToken cancellationToken = default)
    {
        await start.WaitAsync(cancellationToken);
        RequireLog(to);
        return await store.Tracking.ReadAsync(to, position, null, null, cancellationToken) is { } entry ? TrackingViews.Of(entry, store.Now) : null;
    }

    public async Task<IReadOnlyList<WsmqMessageStatus>> ListAsync(
        WsmqAddress to, string? sender, WsmqPosition after, CancellationToken cancellationToken = default)
    {
        await start.WaitAsync(cancellationToken);
        RequireLog(to);
        var found = await store.Tracking.ListAsync(to, sender is null ? App : WsmqCaller.ScopeOf(sender), after, cancellationToken);
        return [.. found.Select(entry => TrackingViews.Of(entry, store.Now))];
    }

    public async Task<IReadOnlyList<WsmqReaderStatus>> ListReadersAsync(
        WsmqAddress to, WsmqPosition position, string? after = null, CancellationToken cancellationToken = default)
    {
        await start.WaitAsync(cancellationToken);
        RequireLog(to);
        return TrackingViews.Of(to, await store.Tracking.ReadersAsync(to, position, null, after, cancellationToken) ?? []);
    }

    /// <exception cref="WsmqException"><c>invalid-address</c>.</exception>
    public static void RequireLog(WsmqAddress to)
    {
        if (to.Kind == WsmqAddressKind.Work)
            throw new WsmqException(WsmqErrors.InvalidAddress, "messages to users and groups are tracked; a job has an outcome");
    }
}
