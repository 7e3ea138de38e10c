namespace Wsmq.Server.Presence;

/// <content>Tells listeners what has changed, at most once a second for each address.</content>
internal sealed partial class PresenceWatches
{
    private Task TellAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_hasGone)
                _hasGone = _peers.Expire(at => clock.Time.GetElapsedTime(at) >= options.Value.Presence.Grace, Changed);
            foreach (var watched in _changed.Where(w => IsDue(w) <= TimeSpan.Zero).ToArray())
            {
                _changed.Remove(watched);
                if (_incomplete.Contains(watched) || !watched.Tell(PresenceOf))
                    continue;
                watched.ToldAt = clock.Time.GetTimestamp();
                foreach (var listener in watched.Listeners)
                    listener.Changed(watched);
            }
        }

        return Task.CompletedTask;
    }

    private TimeSpan IsDue(WatchedAddress watched) =>
        watched.ToldAt == 0 ? TimeSpan.Zero : PresenceClock.BatchEvery - clock.Time.GetElapsedTime(watched.ToldAt);

    private TimeSpan NextTell()
    {
        lock (_lock)
        {
            var next = _changed.Count == 0 ? Long : _changed.Min(IsDue);
            if (_hasGone && next > PresenceClock.BatchEvery)
                next = PresenceClock.BatchEvery;
            return next > Shortest ? next : Shortest;
        }
    }
}
