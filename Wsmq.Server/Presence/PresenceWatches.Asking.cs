using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Presence;

/// <content>Asks all nodes, and renews the watches there.</content>
internal sealed partial class PresenceWatches
{
    // What is watched meanwhile is told in one question.
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(50);

    private void RemoveUnused()
    {
        var unused = _watched.Values
            .Where(w => w.Listeners.Count == 0 && clock.Time.GetElapsedTime(w.UnusedSince) >= KeptFor(w)).ToArray();
        foreach (var watched in unused)
        {
            _watched.Remove(watched.Address);
            _changed.Remove(watched);
            _incomplete.Remove(watched);
            watched.Complete.TrySetResult();
            _list.Remove(watched.Address);
        }

        if (_watched.Count == 0)
            _peers.Clear();
        else if (unused.Length > 0)
            _peers.Prune(IsWatched);
    }

    // A query that is not complete yet is still waited for.
    private TimeSpan KeptFor(WatchedAddress watched) =>
        _incomplete.Contains(watched) && 2 * AnswerTimeout > KeptUnused ? 2 * AnswerTimeout : KeptUnused;

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var toldAgain = false;
        while (true)
        {
            PresenceQuestion question;
            lock (_lock)
            {
                RemoveUnused();
                if (_watched.Count == 0 && !_list.HasChanges)
                    return;
                question = _list.Next(store.Nodes.Self, _peers.Have, (address, version) => _watched[address].AddedIn = version);
            }

            var needs = await AskAsync(question, cancellationToken) && !toldAgain;
            lock (_lock)
            {
                // Once in a round: a node that never has the list would otherwise be told it again and again.
                if (needs)
                    _list.TellAgain();
                toldAgain |= needs;
                if (!_list.HasChanges && question.Added.Length == 0)
                    return;
            }

            // Whatever waits has to be told anyway; otherwise each of many watches, one after another, would be a question to all nodes.
            if (!question.Continues)
                await Task.Delay(BetweenQuestions, clock.Time, cancellationToken);
            lock (_lock)
            {
                if (!_list.HasChanges)
                    return;

                // Another round: a node that starts meanwhile is told the list there.
                if (!question.Continues && !needs)
                {
                    _asks.Wake();
                    return;
                }
            }
        }
    }

    // After an outage that was longer than their leases, or lost everything, nodes that are there have yet to register again.
    private bool AreRegistered => _lostAt is not { } at || clock.Time.GetElapsedTime(at) >= 2 * clock.RenewEvery;

    // Returns whether a node needs the whole list.
    private async Task<bool> AskAsync(PresenceQuestion question, CancellationToken cancellationToken)
    {
        var message = PresenceJson.Write(question, PresenceJson.Relaxed.PresenceQuestion);
        NodeReplies? replies = null;
        try
        {
            replies = await store.Nodes.AskAsync(message, AnswerTimeout, cancellationToken);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreUnavailable)
        {
            // What is known of the other nodes stays. This one needs no store to answer itself.
            Log.PresenceNotAsked(logger, e, clock.RenewEvery);
            lock (_lock)
                _lostAt = clock.Time.GetTimestamp();
        }

        var answers = replies?.Answers ?? new Dictionary<string, ReadOnlyMemory<byte>> { [store.Nodes.Self] = source.Answer(message) };
        lock (_lock)
        {
            var needs = false;
            var answered = new List<string>();
            foreach (var (node, bytes) in answers)
            {
                // A node without presence answers otherwise.
                if (PresenceJson.Read(bytes, PresenceJson.Default.PresenceAnswer) is not { } answer)
                    continue;
                answered.Add(node);
                _peers.Mark(node, answer.Mark);
                needs |= answer.List != question.List;
            }

            (_answered, _asked) = ([.. answered], question.List);
            if (replies is not null && AreRegistered)
            {
                var registered = replies.Answers.Keys.Concat(replies.Missing).Append(store.Nodes.Self).ToHashSet(StringComparer.Ordinal);
                _peers.Keep(registered, store.Now, clock.Time.GetTimestamp(), Changed);
                _hasGone = true;
            }

            EndComplete();
            _tells.Wake();
            return needs;
        }
    }
}
