namespace Wsmq;

/// <summary>Loads the app's data of a source, and lets the source go on behind its position.</summary>
internal sealed class SnapshotLoader(SnapshotRegistry snapshots, Acker acker, Resumer resumer, WsmqClientOptions options, ClientEvents events)
    : ISessionUser
{
    // After so many times that the data is older than the gap, the store itself has an older tail.
    private const int MostOlder = 3;

    private volatile bool _expelled;

    public void Attach(HubSession session)
    {
    }

    public void Detach()
    {
    }

    // The app's endpoint would refuse the same token.
    public void Expel(WsmqException reason) => _expelled = true;

    /// <summary>A message of a source was handled.</summary>
    public void Handled(WsmqAddress source)
    {
        if (snapshots.Any && snapshots.Of(source) is { } snapshot)
            snapshot.Loads = 0;
    }

    /// <summary>
    /// Loads the data, repeatedly until that succeeds; nothing of the source is handled until then. Returns whether the source goes on behind
    /// the position of the data. It does not if there is no snapshot, or none any more; nor if the store has lost messages and the data is
    /// as old as the store.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="gap">The gap because of which the data is loaded; null if there is none.</param>
    /// <param name="stop">The tokens of the run.</param>
    public async Task<bool> LoadAsync(SourceState source, WsmqGapEventArgs? gap, RunTokens stop)
    {
        for (var older = 0; !_expelled && snapshots.Of(source.Source) is { } snapshot;)
        {
            try
            {
                await PauseAsync(snapshot, gap, stop.Begin).ConfigureAwait(false);
                stop.Begin.ThrowIfCancellationRequested();
                var position = await snapshot.Load(stop.Handle).ConfigureAwait(false);
                stop.Begin.ThrowIfCancellationRequested();
                if (snapshots.Of(source.Source) != snapshot)
                    continue;
                if (gap is not null && position.Next() < gap.Before)
                {
                    // A store that has lost its newest messages has an older tail. The gap would be announced again behind every position in it.
                    if (!IsExact(gap.Reason) && ++older == MostOlder)
                        return false;
                    throw new InvalidOperationException($"The data is of position {position}, but messages before {gap.Before} are missing: read the position, and then the data, from the primary.");
                }

                source.StartAfter(position, isHandled: true);
                _ = AcknowledgeAsync(source, position, source.WhenResumed());
                resumer.Wake();
                return true;
            }
            catch (Exception e)
            {
                stop.Begin.ThrowIfCancellationRequested();
                events.RaiseError(WsmqClientOperation.LoadSnapshot, e);
            }
        }

        return false;
    }

    private static bool IsExact(string reason) => reason is WsmqGapReasons.Retention or WsmqGapReasons.Consumed or WsmqGapReasons.NotMember;

    // Only once the server has accepted the position: an ack of one that its log has not issued is refused for good.
    private async Task AcknowledgeAsync(SourceState source, WsmqPosition position, Task resumed)
    {
        try
        {
            await resumed.ConfigureAwait(false);
            if (position > WsmqPosition.Start)
                acker.Handled(source.Source, position);
        }
        catch (Exception)
        {
            // The resumer has reported it. The source requests another load where that may help, or the client was stopped.
        }
    }

    // Loads that follow each other without a message that was handled have growing pauses. All members of a group have a gap at once.
    private Task PauseAsync(SnapshotRegistry.Snapshot snapshot, WsmqGapEventArgs? gap, CancellationToken stop)
    {
        var loads = snapshot.Loads++;
        var pause = loads > 0 ? options.HandlerBackoff.Next(loads - 1)
            : gap?.Source.Kind == WsmqAddressKind.Group ? Random.Shared.NextDouble() * options.AckInterval
            : TimeSpan.Zero;
        return pause > TimeSpan.Zero ? Task.Delay(pause, options.TimeProvider, stop) : Task.CompletedTask;
    }
}
