namespace Wsmq;

/// <summary>
/// The watches of a client, and what it says of itself, over all connections: a step for each connection makes the calls that are due, one
/// after another.
/// </summary>
internal sealed class PresenceRegistry(WsmqClientOptions options, ClientEvents events) : ISessionUser
{
    private readonly Lock _lock = new();
    private readonly Dictionary<WsmqAddress, Entry> _entries = [];
    private readonly Queue<WsmqAddress> _ended = new();
    private readonly PresenceEvents _raiser = new(events);
    private HubSession? _session;
    private Task _step = Task.CompletedTask;
    private OwnPresence? _own;
    private bool _ownIsDue;

    public WsmqPresenceWatch Watch(WsmqAddress address)
    {
        var watch = new WsmqPresenceWatch(address, End, (w, state) => _raiser.Raise(w, PresenceView.First(state)));
        lock (_lock)
        {
            if (!_entries.TryGetValue(address, out var entry))
                _entries.Add(address, entry = new Entry());
            entry.Watches.Add(watch);
            if (entry.View is { IsCurrent: true, State: { } state })
            {
                watch.Know(state);
                _raiser.Raise(watch, PresenceView.First(state));
                return watch;
            }

            entry.IsDue = true;
            Step();
        }

        return watch;
    }

    /// <summary>Sets what the client says of itself; completes once the server has it, or something newer.</summary>
    public Task SetAsync(bool away, WsmqJsonBody? data)
    {
        lock (_lock)
        {
            var accepted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _own = new OwnPresence(away, data, [.. _own?.Waiting ?? [], accepted]);
            _ownIsDue = true;
            Step();
            return accepted.Task;
        }
    }

    public void Attach(HubSession session)
    {
        lock (_lock)
        {
            _session = session;
            _ownIsDue = _own is not null;
            _ended.Clear();
            foreach (var entry in _entries.Values)
            {
                entry.Restart();
                entry.Watches.ForEach(w => w.Wait());
            }

            Step();
        }
    }

    public Task LeaveAsync(CancellationToken cancellationToken)
    {
        Detach();
        return Task.CompletedTask;
    }

    public void Detach()
    {
        lock (_lock)
            _session = null;
    }

    public void Expel(WsmqException reason) => Close(reason);

    /// <summary>The client has stopped: nobody waits for an answer of the server any more.</summary>
    public void Close(WsmqException reason)
    {
        lock (_lock)
        {
            _session = null;
            _own?.Refuse(reason);
            foreach (var watch in _entries.Values.SelectMany(e => e.Watches))
                watch.Fail(reason);
        }
    }

    /// <summary>The server's call.</summary>
    public void Changed(WsmqPresenceChange change)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(change.Address, out var entry))
                return;
            if (change.Error is { } error)
            {
                Refuse(entry, change.Address, new WsmqException(WsmqError.Find(error) ?? WsmqErrors.PresenceNotAllowed));
                return;
            }

            if (entry.View.Take(change, out var difference))
                Tell(entry, difference);
            else
                Again(entry);
        }
    }

    // Called inside the lock.
    private void Step()
    {
        if (_session is { } session && _step.IsCompleted)
            _step = Task.Run(() => RunAsync(session));
    }

    private void Again(Entry entry)
    {
        entry.Restart();
        Step();
    }

    private void Tell(Entry entry, WsmqPresenceChangedEventArgs? difference)
    {
        foreach (var watch in entry.Watches)
        {
            watch.Know(entry.View.State!);
            if (difference is not null)
                _raiser.Raise(watch, difference);
        }
    }

    private void Refuse(Entry entry, WsmqAddress address, WsmqException error)
    {
        // What is known gets no changes any more: the next watch has to ask for it.
        entry.View.Begin();
        entry.IsDue = false;
        foreach (var watch in entry.Watches)
            watch.Refuse(error);
        _raiser.RaiseError(new WsmqException(error.Error, $"{address} cannot be watched", error));
    }

    private void End(WsmqPresenceWatch watch)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(watch.Address, out var entry) || !entry.Watches.Remove(watch) || entry.Watches.Count > 0)
                return;
            _entries.Remove(watch.Address);
            _ended.Enqueue(watch.Address);
            Step();
        }
    }

    private HubCall? Next(HubSession session, out Action<object?> answered, out Action<WsmqException> refused)
    {
        (answered, refused) = (_ => { }, _ => { });
        if (_session != session)
            return null;
        if (_ended.TryDequeue(out var ended))
        {
            // It may have been watched again meanwhile: then the watch comes after this call.
            _entries.GetValueOrDefault(ended)?.Restart();
            return new HubCall(nameof(IWsmqHub.UnwatchPresence), [ended.ToString()], CanRepeat: true);
        }

        if (_ownIsDue && _own is { } own)
        {
            _ownIsDue = false;
            answered = _ => own.Accept();
            refused = e =>
            {
                own.Refuse(e);
                _own = _own == own ? null : _own;
            };
            return new HubCall(nameof(IWsmqHub.SetPresence), [own.Away, own.Data], CanRepeat: true);
        }

        foreach (var (address, entry) in _entries)
        {
            if (!entry.IsDue)
                continue;
            entry.IsDue = false;
            entry.View.Begin();
            answered = state => Tell(entry, entry.View.Take((WsmqPresenceState)state!));
            refused = e => Refuse(entry, address, e);
            return new HubCall(nameof(IWsmqHub.WatchPresence), [address.ToString()], CanRepeat: true);
        }

        return null;
    }

    private async Task RunAsync(HubSession session)
    {
        for (var attempt = 0; ;)
        {
            HubCall? call;
            Action<object?> answered;
            Action<WsmqException> refused;
            lock (_lock)
            {
                if ((call = Next(session, out answered, out refused)) is null)
                {
                    _step = Task.CompletedTask;
                    if (_session != session)
                        Step();
                    return;
                }
            }

            try
            {
                object? answer = call.Method == nameof(IWsmqHub.WatchPresence)
                    ? await session.CallAsync<WsmqPresenceState>(call).ConfigureAwait(false)
                    : await session.CallAsync<object?>(call).ConfigureAwait(false);
                attempt = 0;
                lock (_lock)
                {
                    if (_session == session)
                        answered(answer);
                }
            }
            catch (Exception e)
            {
                await RepeatAsync(session, call, refused, e, attempt++).ConfigureAwait(false);
            }
        }
    }

    // A temporary refusal is repeated after a wait; a lost connection is by the next one.
    private async Task RepeatAsync(HubSession session, HubCall call, Action<WsmqException> refused, Exception failure, int attempt)
    {
        lock (_lock)
        {
            if (_session != session)
                return;
            if (HubRefusal.IsFinal(failure, out var refusal))
            {
                // A server without presence answers without a code.
                refused(refusal as WsmqException ?? new WsmqException(WsmqErrors.PresenceNotAllowed, "the server does not know the call", refusal));
                return;
            }
        }

        // The next connection does not wait for this one.
        var wait = Waits.Longer(options.SendBackoff.Next(attempt), WsmqException.From(failure)?.RetryAfter);
        await ((Task)session.Ended).WaitAsync(wait, options.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            if (_session != session)
                return;
            if (call.Method == nameof(IWsmqHub.SetPresence))
                _ownIsDue = true;
            else if (call.Method == nameof(IWsmqHub.UnwatchPresence))
                _ended.Enqueue(WsmqAddress.Parse((string)call.Arguments[0]!));
            else if (_entries.TryGetValue(WsmqAddress.Parse((string)call.Arguments[0]!), out var entry))
                entry.Restart();
        }
    }

    private sealed class Entry
    {
        public List<WsmqPresenceWatch> Watches { get; } = [];

        public PresenceView View { get; } = new();

        public bool IsDue { get; set; } = true;

        public void Restart()
        {
            View.Begin();
            IsDue = true;
        }
    }

    // Those who wait for something older are content with it.
    private sealed class OwnPresence(bool away, WsmqJsonBody? data, List<TaskCompletionSource> waiting)
    {
        public bool Away => away;

        public WsmqJsonBody? Data => data;

        public List<TaskCompletionSource> Waiting => waiting;

        public void Accept()
        {
            waiting.ForEach(w => w.TrySetResult());
            waiting.Clear();
        }

        public void Refuse(WsmqException reason)
        {
            waiting.ForEach(w => w.TrySetException(reason));
            waiting.Clear();
        }
    }
}
