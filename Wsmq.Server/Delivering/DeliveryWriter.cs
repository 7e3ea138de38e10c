using System.Text.Json;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Delivering;

/// <summary>
/// The sent position of one log on one connection, and what moves it: deliveries, within the window, and gaps. Used by one pump's
/// loop.
/// </summary>
internal sealed class DeliveryWriter(
    LogFeed feed, ClientConnection connection, DeliveryWindow window, WakeUp wake, DeliveryServices services)
{
    private readonly string _source = feed.Source.ToString();

    /// <summary>The last position that was written, or announced as missing.</summary>
    public Position Sent { get; private set; }

    public void MoveTo(Position position) => Sent = position;

    /// <summary>Writes an entry, with whatever is missing before it. False if the deliveries are to go on elsewhere.</summary>
    public async Task<bool> DeliverAsync(FeedEntry entry, RestartRequest restart, CancellationToken cancellationToken)
    {
        if (entry.Position <= Sent)
            return true;
        if (feed.IsLostAfter(Sent, out var through) && through < entry.Position)
            await AnnounceGapAsync(through, GapReasons.Lost, cancellationToken);
        if (entry.Previous > Sent)
            await AnnounceGapAsync(entry.Previous, GapReasons.Lost, cancellationToken);
        if (!IsReadable(entry))
        {
            await AnnounceGapAsync(entry.Position, GapReasons.Lost, cancellationToken);
            return true;
        }

        if (!await TakePlaceAsync(entry.Position, restart, cancellationToken))
            return false;
        await connection.ReceiveAsync(entry, cancellationToken);
        services.Metrics.Delivered();
        Sent = entry.Position;
        return true;
    }

    private bool IsReadable(FeedEntry entry)
    {
        try
        {
            return entry.Frame is not null;
        }
        catch (JsonException e)
        {
            Log.UnreadableEntry(services.Logger, e, _source, entry.Position.ToString());
            return false;
        }
    }

    /// <summary>Waits for room in the window. False if the deliveries are to go on elsewhere.</summary>
    private async Task<bool> TakePlaceAsync(Position position, RestartRequest restart, CancellationToken cancellationToken)
    {
        var since = services.Time.GetTimestamp();
        var told = false;
        while (!restart.IsSet)
        {
            if (window.TryTake(position))
                return true;

            // Signals of new entries wake as well: only the time since the window filled tells a stalled reader.
            var rest = services.Options.StallAfter - services.Time.GetElapsedTime(since);
            if (told)
                await wake.WaitAsync(cancellationToken);
            else if (rest <= TimeSpan.Zero || !await wake.WaitAsync(rest, services.Time, cancellationToken))
                told = await TellStalledAsync(cancellationToken);
        }

        return false;
    }

    private async Task<bool> TellStalledAsync(CancellationToken cancellationToken)
    {
        Log.Stalled(services.Logger, connection.Id, _source, services.Options.StallAfter);
        await connection.StalledAsync(_source, Sent, cancellationToken);
        return true;
    }

    /// <summary>Everything behind the sent position, up to and including <paramref name="through"/>, will not come.</summary>
    public async Task AnnounceGapAsync(Position through, string reason, CancellationToken cancellationToken)
    {
        var before = through.Next();
        Log.GapAnnounced(services.Logger, _source, connection.Id, Sent.ToString(), before.ToString(), reason);
        services.Metrics.Gap(reason);
        await connection.GapAsync(_source, Sent, before, reason, cancellationToken);
        Sent = through;
    }
}
