using Microsoft.Extensions.Logging;
using Wsmq.Server.Authorization;
using Wsmq.Server.Feeds;
using Wsmq.Server.Pumps;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Sessions;

/// <summary>Starts and stops reading logs for sessions.</summary>
internal sealed class Subscriptions(
    IStore store,
    FeedRegistry feeds,
    DeliveryServices delivery,
    AccessCheck access,
    DeadLetterNotices notices,
    ILogger<Subscriptions> logger) : IDisposable
{
    // Over all connections: a node whose users all reconnect must not queue so many commands that they time out.
    private const int GroupsOpenedAtATime = 512;

    private readonly SemaphoreSlim _openingGroups = new(GroupsOpenedAtATime);

    public IStore Store => store;

    public WsmqOptions Options => delivery.Options;

    public TimeProvider Time => delivery.Time;

    public ILogger Logger => logger;

    /// <summary>Starts delivering a log to a session after the cursor of its device. Entries up to the floor are never delivered.</summary>
    /// <exception cref="WsmqException"><c>read-not-allowed</c>, <c>too-many-devices</c> or <c>store-unavailable</c>.</exception>
    public async Task<LogFeed> SubscribeAsync(Session session, WsmqAddress source, WsmqPosition floor, CancellationToken cancellationToken)
    {
        await access.CheckReadAsync(session.Caller, source, cancellationToken);
        var feed = await feeds.AcquireAsync(source, cancellationToken);
        try
        {
            var cursor = await store.MessageLog.OpenCursorAsync(source, session.Caller.UserId, session.Caller.Device, cancellationToken);
            if (Options.DeadLetters.MaxSilentAttempts > 0 && cursor.SilentAttempts >= Options.DeadLetters.MaxSilentAttempts)
                cursor = await DeadLetterAsync(session, source, cursor, cancellationToken);
            var pump = new DeliveryPump(feed, session.Receiver, floor, delivery);

            // The user may have joined again meanwhile, and the signal of that may have arrived first, over another channel: check the
            // memberships again.
            if (source.Kind == WsmqAddressKind.Group && session.Groups is { } groups)
                pump.Left += groups.Changed;
            session.Add(pump);
            pump.Start(cursor);
            return feed;
        }
        catch
        {
            await feeds.ReleaseAsync(feed);
            throw;
        }
    }

    /// <summary>The same for a group; waits while too many groups are being opened by all connections.</summary>
    /// <exception cref="WsmqException"><c>read-not-allowed</c>, <c>too-many-devices</c> or <c>store-unavailable</c>.</exception>
    public async Task SubscribeGroupAsync(Session session, WsmqAddress group, WsmqPosition floor, CancellationToken cancellationToken)
    {
        await _openingGroups.WaitAsync(cancellationToken);
        try
        {
            await SubscribeAsync(session, group, floor, cancellationToken);
        }
        finally
        {
            _openingGroups.Release();
        }
    }

    /// <summary>Whether the user is a member of a group, and may read it.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>, or <c>read-not-allowed</c>: the authorizer has failed.</exception>
    public async Task<bool> MayReadGroupAsync(Session session, WsmqAddress group, CancellationToken cancellationToken) =>
        await store.Memberships.IsMemberAsync(group.Name, session.Caller.UserId, cancellationToken)
        && await access.MayReadAsync(session.Caller, group, cancellationToken);

    public void Dispose() => _openingGroups.Dispose();

    // Consecutive connections of this device received the entry and ended without an ack; dead-letter it before this one ends as well.
    private async Task<OpenCursor> DeadLetterAsync(Session session, WsmqAddress source, OpenCursor cursor, CancellationToken cancellationToken)
    {
        var request = new NackRequest(
            source, session.Caller.UserId, session.Caller.Device, cursor.Failing, NackKind.Blocked, "connections ended without an ack")
        {
            Room = session.DeadLetterBytes(source),
        };
        var result = await store.DeadLetters.NackAsync(request, cancellationToken);
        if (result.Outcome != NackOutcome.DeadLettered)
            return cursor;
        notices.Note(request, result);
        await session.Connection.DeadLetteredAsync(source, cursor.Failing, result.Attempts, cancellationToken);
        return new OpenCursor(cursor.Failing) { IsNew = cursor.IsNew };
    }

    public async Task UnsubscribeAsync(Session session, WsmqAddress source)
    {
        if (!session.Remove(source, out var pump))
            return;
        await pump.DisposeAsync();
        await feeds.ReleaseAsync(pump.Feed);
    }
}
