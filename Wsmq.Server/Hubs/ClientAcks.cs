
using Wsmq.Server.Acks;
using Wsmq.Server.Feeds;
using Wsmq.Server.Pumps;
using Wsmq.Server.Sessions;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Hubs;

/// <summary>Handles the acks and resumes of clients.</summary>
internal sealed class ClientAcks(FeedRegistry feeds, AckQueue acks, IStore store)
{
    /// <exception cref="WsmqException">
    /// A malformed argument, <c>read-not-allowed</c>, <c>ack-beyond-tail</c>, <c>too-many-resumes</c> or <c>store-unavailable</c>.
    /// </exception>
    public async Task AckAsync(Session session, string? source, string? position)
    {
        DeliveryPump pump;
        WsmqPosition acknowledged;
        try
        {
            (pump, acknowledged) = (await session.PumpOfAsync(source), WsmqPosition.Parse(position));
        }
        catch (WsmqException)
        {
            await session.Limits.ThrottleReadAsync(session.Connection.Aborted);
            throw;
        }

        // A position that was delivered here is past the tail only if the store has lost its entry since. The ack is refused then, but frees
        // the in-flight window: the connection would wait for ever for the messages after it.
        if (acknowledged > pump.Feed.Tail)
        {
            if (pump.HasDelivered(acknowledged))
                pump.Acknowledge(acknowledged);
            await session.Limits.ThrottleReadAsync(session.Connection.Aborted);
            await feeds.RequireWithinAsync(pump.Feed, acknowledged, WsmqErrors.AckBeyondTail, session.Connection.Aborted);
        }

        pump.Acknowledge(acknowledged);
        if (pump.ForAnyDevice(acknowledged) is { Length: > 0 } handled)
            await ClearAsync(pump, handled);

        await acks.Enqueue(new AckRequest(pump.Feed.Source, session.Caller.UserId, session.Caller.Device, pump.PassedWith(acknowledged)));
    }

    // Before the cursor moves: without it the messages are delivered again, and acknowledged again.
    private async Task ClearAsync(DeliveryPump pump, WsmqPosition[] handled)
    {
        pump.EndForAnyDevice(handled[^1]);
        try
        {
            await store.Cleared.ClearAsync(pump.Feed.Source, handled, CancellationToken.None);

            // The signal of that may take a moment.
            pump.Feed.Clear(handled);
        }
        catch
        {
            pump.RestoreForAnyDevice(handled);
            throw;
        }
    }

    /// <exception cref="WsmqException">
    /// A malformed argument, <c>read-not-allowed</c>, <c>position-beyond-tail</c>, <c>too-many-resumes</c> or <c>store-unavailable</c>.
    /// </exception>
    public async Task ResumeAsync(Session session, string? source, string? after)
    {
        await session.Limits.ThrottleReadAsync(session.Connection.Aborted);
        var pump = await session.PumpOfMemberAsync(source);
        var position = WsmqPosition.Parse(after);
        await feeds.RequireWithinAsync(pump.Feed, position, WsmqErrors.PositionBeyondTail, session.Connection.Aborted);
        pump.Restart(position);
    }
}
