using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Access;
using Wsmq.Server.Delivering;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Sessions;

/// <summary>Starts and stops reading logs for sessions.</summary>
internal sealed class SessionServices(
    IStore store,
    FeedRegistry feeds,
    DeliveryServices delivery,
    AccessCheck access,
    IHubContext<WsmqHub, IWsmqReceiver> hub,
    SkippedMessages skipped,
    ILogger<SessionServices> logger) : IDisposable
{
    // Over all connections: a node whose users all reconnect must not queue so many commands that they time out.
    private const int GroupsOpenedAtATime = 512;

    private readonly SemaphoreSlim _openingGroups = new(GroupsOpenedAtATime);

    public IStore Store => store;

    public WsmqOptions Options => delivery.Options;

    public TimeProvider Time => delivery.Time;

    public ILogger Logger => logger;

    /// <summary>The SignalR groups for live pushes.</summary>
    public IGroupManager LiveGroups => hub.Groups;

    /// <summary>Starts to deliver a log to a session, from the cursor of its device on, and never entries up to the floor.</summary>
    /// <exception cref="WsmqException"><c>read-not-allowed</c>, <c>too-many-devices</c> or <c>store-unavailable</c>.</exception>
    public async Task<LogFeed> ReadAsync(Session session, WsmqAddress source, WsmqPosition floor, CancellationToken cancellationToken)
    {
        await access.ReadAsync(session.Caller, source, cancellationToken);
        var feed = await feeds.AcquireAsync(source, cancellationToken);
        try
        {
            var cursor = await store.Log.OpenCursorAsync(source, session.Caller.UserId, session.Caller.Device, cancellationToken);
            if (Options.MaxSilentAttempts > 0 && cursor.SilentAttempts >= Options.MaxSilentAttempts)
                cursor = await SkipAsync(session, source, cursor, cancellationToken);
            var pump = new DeliveryPump(feed, session.Receiver, floor, delivery);

            // The user may have joined again meanwhile, and the signal of that may have arrived first, over another channel: check the
            // memberships again.
            if (source.Kind == WsmqAddressKind.Group && session.Groups is { } groups)
                pump.Left += groups.Changed;
            session.Add(pump);
            pump.Start(cursor.Position);
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
    public async Task ReadGroupAsync(Session session, WsmqAddress group, WsmqPosition floor, CancellationToken cancellationToken)
    {
        await _openingGroups.WaitAsync(cancellationToken);
        try
        {
            await ReadAsync(session, group, floor, cancellationToken);
        }
        finally
        {
            _openingGroups.Release();
        }
    }

    public void Dispose() => _openingGroups.Dispose();

    // Connections of this device received the entry and ended without an ack, one after another: this one must not end like that, too.
    private async Task<OpenCursor> SkipAsync(Session session, WsmqAddress source, OpenCursor cursor, CancellationToken cancellationToken)
    {
        var request = new FailRequest(
            source, session.Caller.UserId, session.Caller.Device, cursor.Failing, FailKind.Blocked, "connections ended without an ack",
            session.LetterRoom(source));
        var result = await store.DeadLetters.FailAsync(request, cancellationToken);
        if (result.Outcome != FailOutcome.SetAside)
            return cursor;
        skipped.Note(request, result);
        await session.Connection.SkippedAsync(source, cursor.Failing, result.Attempts, cancellationToken);
        return new OpenCursor(cursor.Failing);
    }

    public async Task StopReadingAsync(Session session, WsmqAddress source)
    {
        if (!session.Remove(source, out var pump))
            return;
        await pump.DisposeAsync();
        await feeds.ReleaseAsync(pump.Feed);
    }
}
