using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Acks;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Feeds;
using Wsmq.Server.Framing;
using Wsmq.Server.Pumps;
using Wsmq.Server.Sessions;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Hubs;

/// <summary>
/// Counts failed attempts (nacks, and connections that ended without an ack), and dead-letters a message when its attempts are used up. The
/// message then blocks neither the entries after it nor, by ending one connection after another, its client.
/// </summary>
internal sealed class ClientNacks(
    IStore store, FeedRegistry feeds, AckQueue acks, DeadLetterNotices notices, DeliveryServices services, IHostApplicationLifetime lifetime)
{
    private static readonly ParallelOptions SilentAttempts = new() { MaxDegreeOfParallelism = 64 };

    /// <returns>The failed attempts counted so far; 0 if none was counted.</returns>
    /// <exception cref="WsmqException">
    /// A malformed argument, <c>read-not-allowed</c>, <c>ack-beyond-tail</c>, <c>too-many-resumes</c> or <c>store-unavailable</c>.
    /// </exception>
    public async Task<int> NackAsync(Session session, string? source, string? position, string? reason)
    {
        await session.Limits.ThrottleReadAsync(session.Connection.Aborted);
        var pump = await session.PumpOfAsync(source);
        var failed = WsmqPosition.Parse(position);
        // An entry that the store has lost since it was delivered counts like one that is no longer stored: it must not block the client.
        if (!pump.HasDelivered(failed))
            await feeds.RequireWithinAsync(pump.Feed, failed, WsmqErrors.AckBeyondTail, session.Connection.Aborted);

        // One at a time: a failing handler nacks once, and a client that nacks in a loop keeps the store busy with one call only.
        var kind = WsmqNackReasons.IsFinal(reason) ? NackKind.Final : NackKind.Reported;
        if ((services.Options.DeadLetters.MaxAttempts == 0 && kind != NackKind.Final) || !pump.Failures.TryBegin())
            return 0;
        try
        {
            return await CountAsync(session, pump, RequestOf(session, pump, failed, kind, NackReason.Shorten(reason)));
        }
        finally
        {
            pump.Failures.End();
        }
    }

    /// <summary>
    /// Counts a silent attempt when a connection ends: its oldest unacknowledged delivery may be what ended it. It is not counted for an
    /// address of which the connection acknowledged anything, or whose state it got and may not have handled yet, nor if the server ended the connection: because it is stopping, because the
    /// app or the expiry of the token requires it, or because the client did not read or answer in time, as one that has lost its network.
    /// </summary>
    /// <param name="session">The session of the connection.</param>
    /// <param name="reason">Why the connection ended, if SignalR reports it.</param>
    public async Task NoteEndAsync(Session session, Exception? reason)
    {
        if (services.Options.DeadLetters.MaxSilentAttempts == 0 || lifetime.ApplicationStopping.IsCancellationRequested
            || reason is OperationCanceledException || session.Connection.IsEndedHere)
            return;
        var suspects = session.Pumps.Where(p => p.Acknowledged == WsmqPosition.Start && !p.OwesState && p.OldestInFlight is not null).ToArray();
        if (suspects.Length > 0)
            await Parallel.ForEachAsync(suspects, SilentAttempts, (pump, stop) => NoteEndAsync(session, pump, stop));
    }

    // The connection keeps its slot and its feeds until this has ended, so a failed call is not retried.
    private async ValueTask NoteEndAsync(Session session, DeliveryPump pump, CancellationToken cancellationToken)
    {
        if (pump.OldestInFlight is not { } oldest)
            return;
        try
        {
            await AcknowledgeAsync(session, pump, pump.PassedWith(WsmqPosition.Start), oldest);
            await store.DeadLetters.NackAsync(RequestOf(session, pump, oldest, NackKind.Silent, string.Empty), cancellationToken);
        }
        catch (Exception e)
        {
            Log.SilentAttemptNotCounted(services.Logger, e, pump.Feed.Source.ToString());
        }
    }

    private static NackRequest RequestOf(Session session, DeliveryPump pump, WsmqPosition position, NackKind kind, string reason) =>
        new(pump.Feed.Source, session.Caller.UserId, session.Caller.Device, position, kind, reason) { Room = session.DeadLetterBytes(pump.Feed.Source) };

    private async Task AcknowledgeAsync(Session session, DeliveryPump pump, WsmqPosition acknowledged, WsmqPosition failed)
    {
        if (acknowledged > WsmqPosition.Start && acknowledged < failed && acknowledged <= pump.Feed.Tail)
            await acks.Enqueue(new AckRequest(pump.Feed.Source, session.Caller.UserId, session.Caller.Device, acknowledged));
    }

    private async Task<int> CountAsync(Session session, DeliveryPump pump, NackRequest request)
    {
        var failed = request.Position;
        // Acks of earlier entries may still be in flight. Until they are stored, this entry is not the first after the cursor. The store
        // refuses acks of entries that it has lost.
        await AcknowledgeAsync(session, pump, pump.PassedWith(pump.Acknowledged), failed);
        var result = await store.DeadLetters.NackAsync(request, session.Connection.Aborted);
        switch (result.Outcome)
        {
            case NackOutcome.NoReader:
                throw new WsmqException(WsmqErrors.ReadNotAllowed);
            case NackOutcome.DeadLettered:
                notices.Note(request, result);
                await LetGoAsync(session, pump, failed, result.Attempts);
                return result.Attempts;
            case NackOutcome.Passed when pump.Failures.CountPassed(failed) is var attempts
                && (request.Kind == NackKind.Final || attempts >= services.Options.DeadLetters.MaxAttempts):
                // Another connection of the device acknowledged it, or it is no longer stored: there is nothing to dead-letter, but it must
                // not block this connection either.
                await LetGoAsync(session, pump, failed, attempts);
                return attempts;
            default:
                return result.Attempts;
        }
    }

    // A connection that repeats its nack was notified already, unless the message was redelivered.
    private static async Task LetGoAsync(Session session, DeliveryPump pump, WsmqPosition position, int attempts)
    {
        pump.Acknowledge(position);

        // Other devices still get it.
        pump.EndForAnyDevice(position);
        if (pump.Failures.TryNotify(position))
            await session.Connection.DeadLetteredAsync(pump.Feed.Source, position, attempts, session.Connection.Aborted);
    }
}
