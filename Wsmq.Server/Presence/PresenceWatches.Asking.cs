using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Presence;

/// <content>Asks all nodes, and renews the watches there.</content>
internal sealed partial class PresenceWatches
{
    private void RemoveUnused()
    {
        var unused = _watched.Values
            .Where(w => w.Listeners.Count == 0 && clock.Time.GetElapsedTime(w.UnusedSince) >= KeptUnused).ToArray();
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

            var needs = await AskAsync(question, cancellationToken);
            lock (_lock)
            {
                // Once in a round: a node that never has the list would otherwise be told it again and again.
                if (needs && !toldAgain)
                    _list.TellAgain();
                toldAgain |= needs;
                if (!_list.HasChanges)
                    return;
            }
        }
    }

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
            if (replies is not null)
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
