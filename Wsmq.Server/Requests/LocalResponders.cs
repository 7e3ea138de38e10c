using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Requests;

/// <summary>
/// Who answers requests on this node, and the requests that they have or that wait for one of them. A request is given to one responder, never to
/// a second one: if its connection ends, the requester is told that it may have been handled.
/// </summary>
internal sealed class LocalResponders(
    IOptions<WsmqOptions> options, TimeProvider time, WsmqMetrics metrics, ILogger<LocalResponders> logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<WsmqAddress, List<Registration>> _registrations = [];
    private readonly Dictionary<WsmqAddress, WaitingCalls> _waiting = [];
    private readonly Dictionary<string, ResponderCall> _calls = new(StringComparer.Ordinal);
    private long _turns;
    private bool _isStopping;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>What somebody answers at an address: null for all types, empty for nothing.</summary>
    public IReadOnlyCollection<string>? TypesAt(WsmqAddress address)
    {
        lock (_lock)
        {
            if (_isStopping || !_registrations.TryGetValue(address, out var all))
                return [];
            return all.Any(r => r.Types is null) ? null : [.. all.SelectMany(r => r.Types!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>The addresses at which somebody answers.</summary>
    public WsmqAddress[] Addresses
    {
        get
        {
            lock (_lock)
                return [.. _registrations.Keys];
        }
    }

    /// <summary>Whether somebody here answers such requests.</summary>
    public bool Answers(WsmqAddress address, string? type)
    {
        lock (_lock)
            return !_isStopping && _registrations.TryGetValue(address, out var all) && all.Exists(r => r.Answers(type));
    }

    /// <summary>The node stops: it accepts no more requests, and those that wait are tried elsewhere.</summary>
    public void Stop()
    {
        List<ResponderCall> left;
        lock (_lock)
        {
            _isStopping = true;
            left = [.. _waiting.Values.SelectMany(w => w.ToArray())];
            _waiting.Clear();
            left.ForEach(c => _calls.Remove(c.Id));
        }

        left.ForEach(c => End(c, RequestOutcome.Nobody));
    }

    /// <summary>Makes an offer, or changes it; a credit of 0 withdraws it. Requests that were given stay given.</summary>
    public void Set(Registration registration, IReadOnlyCollection<string>? types, int credit)
    {
        Work work;
        lock (_lock)
        {
            (registration.Types, registration.Credit) = (types, credit);
            var all = _registrations.GetValueOrDefault(registration.Address);
            all?.Remove(registration);
            if (credit > 0)
                (all ?? (_registrations[registration.Address] = [])).Add(registration);
            else if (all is { Count: 0 })
                _registrations.Remove(registration.Address);
            work = Advance(registration.Address);
        }

        Do(work);
    }

    /// <summary>A responder that was blocked gets requests again.</summary>
    public void Unblocked(IReadOnlyCollection<Registration> registrations)
    {
        foreach (var registration in registrations)
        {
            Work work;
            lock (_lock)
                work = Fill(registration);
            Do(work);
        }
    }

    /// <summary>The responder is gone: what it has may have been handled, and will not be answered.</summary>
    public void Leave(IReadOnlyCollection<Registration> registrations)
    {
        var lost = new List<ResponderCall>();
        foreach (var registration in registrations)
            Set(registration, registration.Types, 0);
        lock (_lock)
        {
            foreach (var call in _calls.Values.Where(c => c.Holder is { } holder && registrations.Contains(holder)).ToArray())
            {
                _calls.Remove(call.Id);
                lost.Add(call);
            }
        }

        lost.ForEach(c => End(c, RequestOutcome.Failed(WsmqRequestException.ResponderLost, "it may have been handled")));
    }

    /// <summary>
    /// Takes a request: gives it to the responder with the most room, or lets it wait for one. Returns null if it is taken; otherwise it is not,
    /// and the outcome says why.
    /// </summary>
    /// <param name="call">The request.</param>
    /// <param name="mayWait">Whether it waits if all are busy.</param>
    public RequestOutcome? Take(ResponderCall call, bool mayWait)
    {
        Registration? chosen;
        lock (_lock)
        {
            if (_isStopping || !_registrations.TryGetValue(call.To, out var all) || !all.Exists(r => r.Answers(call.Type)))
                return RequestOutcome.Nobody;

            // Before a responder's room is taken for it.
            if (_calls.ContainsKey(call.Id))
                return RequestOutcome.Nobody;
            chosen = Choose(all, call);
            var waiting = _waiting.GetValueOrDefault(call.To);
            if (chosen is null && (!mayWait || (waiting?.Count ?? 0) >= options.Value.Requests.MaxWaiting))
                return RequestOutcome.Busy;
            _calls.Add(call.Id, call);
            if (chosen is null)
                (waiting ?? (_waiting[call.To] = new WaitingCalls())).Add(call);
        }

        if (chosen is not null)
            Give(call, chosen);
        return null;
    }

    /// <summary>Nobody waits for a request any more.</summary>
    public void Cancel(string id)
    {
        ResponderCall? call;
        lock (_lock)
        {
            if (!_calls.TryGetValue(id, out call))
                return;
            if (call.Holder is null)
            {
                _calls.Remove(id);
                Forget(call);
            }
        }

        call.Over(call.Holder?.Owner);
    }

    /// <summary>
    /// A responder answers. Returns whether somebody waited, or null if the responder does not have the request; late answers are counted.
    /// </summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>: the answer may not have reached the requester.</exception>
    public async Task<bool?> AnswerAsync(IResponder owner, string id, RequestOutcome outcome)
    {
        ResponderCall? call;
        Work work;
        lock (_lock)
        {
            if (!_calls.TryGetValue(id, out call) || call.Holder?.Owner != owner)
                return null;
            _calls.Remove(id);
            work = Free(call.Holder);
        }

        Do(work);
        if (call.Over(null) && await call.EndAsync(outcome))
            return true;
        metrics.LateReply();
        return false;
    }

    // Called inside the lock.
    private Work Free(Registration registration)
    {
        registration.Held--;
        return Fill(registration);
    }

    // Called inside the lock: gives what waits to a responder that has room again. No other one has room for it, or it would not wait.
    private Work Fill(Registration registration)
    {
        var work = new Work([], []);
        if (!_waiting.TryGetValue(registration.Address, out var waiting))
            return work;
        while (registration.HasRoom && waiting.First(registration.Types) is { } call)
        {
            Hold(registration, call);
            work.Given.Add((call, registration));
            Forget(call);
        }

        return work;
    }

    // Called inside the lock, after an offer has changed: gives what waits to those that have room, and sends on what nobody here would get any
    // more.
    private Work Advance(WsmqAddress address)
    {
        var work = new Work([], []);
        if (!_waiting.TryGetValue(address, out var waiting))
            return work;
        var all = _registrations.GetValueOrDefault(address) ?? [];
        foreach (var call in waiting.ToArray())
        {
            if (Choose(all, call) is { } chosen)
            {
                work.Given.Add((call, chosen));
                Forget(call);
            }
            else if (!all.Exists(r => r.Answers(call.Type)))
            {
                work.Left.Add(call);
                Forget(call);
                _calls.Remove(call.Id);
            }
        }

        return work;
    }

    // Called inside the lock.
    private Registration? Choose(List<Registration> all, ResponderCall call)
    {
        Registration? best = null;
        foreach (var one in all)
        {
            if (one.HasRoom && one.Answers(call.Type) && (best is null || one.Free > best.Free || (one.Free == best.Free && one.Turn < best.Turn)))
                best = one;
        }

        if (best is not null)
            Hold(best, call);
        return best;
    }

    // Called inside the lock.
    private void Hold(Registration registration, ResponderCall call) =>
        (registration.Held, registration.Turn, call.Holder) = (registration.Held + 1, ++_turns, registration);

    private void Do(Work work)
    {
        work.Given.ForEach(g => Give(g.Call, g.To));
        work.Left.ForEach(c => End(c, RequestOutcome.Nobody));
    }

    private void Give(ResponderCall call, Registration to)
    {
        if (call.TryGive(to.Owner, time))
            return;
        Work work;
        lock (_lock)
        {
            if (!_calls.Remove(call.Id))
                return;
            work = Free(to);
        }

        Do(work);
    }

    // Called inside the lock.
    private void Forget(ResponderCall call)
    {
        if (!_waiting.TryGetValue(call.To, out var waiting))
            return;
        waiting.Remove(call);
        if (waiting.Count == 0)
            _waiting.Remove(call.To);
    }

    // Nobody awaits it: a requester that does not get it finds its time over.
    private void End(ResponderCall call, RequestOutcome outcome)
    {
        if (call.Over(null))
            _ = call.EndAsync(outcome).ContinueWith(
                t => Log.RequestNotTold(logger, t.Exception!, "end"),
                CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    private readonly record struct Work(List<(ResponderCall Call, Registration To)> Given, List<ResponderCall> Left);
}
