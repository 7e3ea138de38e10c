using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Delivering;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Hubs;

/// <summary>
/// What clients could not handle: counts attempts, and sets a message aside when they are used up, so that it holds up neither
/// what is behind it nor, by ending every connection anew, its client.
/// </summary>
internal sealed class ClientFailures(
    IStore store, FeedRegistry feeds, AckQueue acks, SkippedMessages skipped, DeliveryServices services, IHostApplicationLifetime lifetime)
{
    private static readonly ParallelOptions SilentAttempts = new() { MaxDegreeOfParallelism = 64 };

    /// <returns>Failed attempts counted so far; 0 where none was.</returns>
    /// <exception cref="WsmqException">A malformed argument, <c>read-not-allowed</c>, <c>ack-beyond-tail</c>, <c>too-many-reads</c> or <c>store-unavailable</c>.</exception>
    public async Task<int> FailAsync(Session session, string? source, string? position, string? reason)
    {
        await session.Limits.CountReadAsync(session.Connection.Aborted);
        var pump = await session.PumpOfAsync(source);
        var failed = WsmqPosition.Parse(position);
        await feeds.RequireWithinAsync(pump.Feed, failed, WsmqErrors.AckBeyondTail, session.Connection.Aborted);

        // One at a time: a handler that fails does so once, and whoever calls without end keeps the store busy with one call only.
        var kind = WsmqNackReasons.IsFinal(reason) ? FailKind.Final : FailKind.Reported;
        if ((services.Options.MaxAttempts == 0 && kind != FailKind.Final) || !pump.Failures.TryBegin())
            return 0;
        try
        {
            return await CountAsync(session, pump, RequestOf(session, pump, failed, kind, FailureReason.Shorten(reason)));
        }
        finally
        {
            pump.Failures.End();
        }
    }

    /// <summary>
    /// A connection ends: what it got first and did not acknowledge may be what ended it. It was not where it acknowledged anything
    /// of the address, and where this side ended it: by stopping, because the app or the token's expiry says so, or because the
    /// client did not read or answer in time, as one does that has lost its network.
    /// </summary>
    /// <param name="session">The session of the connection.</param>
    /// <param name="reason">Why, where SignalR says so.</param>
    public async Task NoteEndAsync(Session session, Exception? reason)
    {
        if (services.Options.MaxSilentAttempts == 0 || lifetime.ApplicationStopping.IsCancellationRequested
            || reason is OperationCanceledException || session.Connection.IsEndedHere)
            return;
        var suspects = session.Pumps.Where(p => p.Acknowledged == WsmqPosition.Start && p.OldestInFlight is not null).ToArray();
        if (suspects.Length > 0)
            await Parallel.ForEachAsync(suspects, SilentAttempts, (pump, stop) => NoteEndAsync(session, pump, stop));
    }

    // The connection's place and its feeds wait for this: what fails is not tried again.
    private async ValueTask NoteEndAsync(Session session, DeliveryPump pump, CancellationToken cancellationToken)
    {
        if (pump.OldestInFlight is not { } oldest)
            return;
        try
        {
            await store.DeadLetters.FailAsync(RequestOf(session, pump, oldest, FailKind.Silent, string.Empty), cancellationToken);
        }
        catch (Exception e)
        {
            Log.SilentAttemptNotCounted(services.Logger, e, pump.Feed.Source.ToString());
        }
    }

    private static FailRequest RequestOf(Session session, DeliveryPump pump, WsmqPosition position, FailKind kind, string reason) =>
        new(pump.Feed.Source, session.Caller.UserId, session.Caller.Device, position, kind, reason, session.LetterRoom(pump.Feed.Source));

    private async Task<int> CountAsync(Session session, DeliveryPump pump, FailRequest request)
    {
        var failed = request.Position;
        // The acks before it may still be on their way to the store, where it would then not be the first.
        if (pump.Acknowledged > WsmqPosition.Start && pump.Acknowledged < failed)
            await acks.Enqueue(new AckRequest(pump.Feed.Source, session.Caller.UserId, session.Caller.Device, pump.Acknowledged));
        var result = await store.DeadLetters.FailAsync(request, session.Connection.Aborted);
        switch (result.Outcome)
        {
            case FailOutcome.NoReader:
                throw new WsmqException(WsmqErrors.ReadNotAllowed);
            case FailOutcome.SetAside:
                skipped.Note(request, result);
                await LetGoAsync(session, pump, failed, result.Attempts);
                return result.Attempts;
            case FailOutcome.Passed when pump.Failures.CountPassed(failed) is var attempts
                && (request.Kind == FailKind.Final || attempts >= services.Options.MaxAttempts):
                // Another connection of the device acknowledged it, or it is no longer kept: there is nothing to set aside, but this
                // connection is not to be held up by it either.
                await LetGoAsync(session, pump, failed, attempts);
                return attempts;
            default:
                return result.Attempts;
        }
    }

    // A connection that repeats its call has been told, unless the message was delivered once more.
    private static async Task LetGoAsync(Session session, DeliveryPump pump, WsmqPosition position, int attempts)
    {
        pump.Acknowledge(position);
        if (pump.Failures.TryTell(position))
            await session.Connection.SkippedAsync(pump.Feed.Source, position, attempts, session.Connection.Aborted);
    }
}
