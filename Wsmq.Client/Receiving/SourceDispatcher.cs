namespace Wsmq;

/// <summary>Receives the server's calls, dispatches them by source, and returns at once.</summary>
internal sealed class SourceDispatcher(
    Sources sources, LiveQueue live, Acker acker, Resumer resumer, StoreWatch store, ClientEvents events) : ISessionReceiver
{
    public required QueueWorkers Workers { get; init; }

    public required PresenceRegistry Presence { get; init; }

    public required RequestResponder Responder { get; init; }

    public void ReceiveMany(IReadOnlyList<WsmqDelivery> deliveries)
    {
        foreach (var delivery in deliveries)
            Receive(delivery);
    }

    public void Receive(WsmqDelivery delivery)
    {
        if (sources.Find(delivery.Source) is not { } state || !WsmqPosition.TryParse(delivery.Position, out var position)
            || !WsmqPosition.TryParse(delivery.Previous, out var previous))
        {
            events.RaiseError(
                WsmqClientOperation.Protocol, new FormatException("A delivery has a malformed source, position or previous position."), delivery);
            return;
        }

        React(state, state.Arrived(delivery, position, previous));
    }

    public void Gap(string source, string after, string before, string reason)
    {
        if (!WsmqAddress.TryParse(source, out var address, out _) || !WsmqPosition.TryParse(after, out var first)
            || !WsmqPosition.TryParse(before, out var last) || last <= first)
        {
            events.RaiseError(WsmqClientOperation.Protocol, new FormatException($"A gap has a malformed source or position: {source}, {after}, {before}."));
            return;
        }

        var state = sources.Of(address);
        React(state, state.Announced(new WsmqGapEventArgs(address, first, last, reason ?? WsmqGapReasons.Lost)));
    }

    public void State(string source, IReadOnlyList<WsmqDelivery> deliveries, string through)
    {
        if (!WsmqAddress.TryParse(source, out var address, out _) || !WsmqPosition.TryParse(through, out var last)
            || MessagesOf(source, deliveries) is not { } messages)
        {
            events.RaiseError(WsmqClientOperation.Protocol, new FormatException($"A state has a malformed source or position: {source}, {through}."));
            return;
        }

        var state = sources.Of(address);
        React(state, state.StateArrived(messages, last));
    }

    public void Skipped(string source, string after, string through)
    {
        if (!WsmqAddress.TryParse(source, out var address, out _) || !WsmqPosition.TryParse(after, out var first)
            || !WsmqPosition.TryParse(through, out var last))
        {
            events.RaiseError(
                WsmqClientOperation.Protocol, new FormatException($"A skip has a malformed source or position: {source}, {after}, {through}."));
            return;
        }

        var state = sources.Of(address);
        React(state, state.Skipped(first, last));
    }

    public void Cleared(string source, string position)
    {
        if (!WsmqAddress.TryParse(source, out var address, out _) || !WsmqPosition.TryParse(position, out var at))
        {
            events.RaiseError(
                WsmqClientOperation.Protocol, new FormatException($"A cleared message has a malformed source or position: {source}, {position}."));
            return;
        }

        sources.Of(address).Clear(at);
        events.RaiseCleared(new WsmqClearedEventArgs(address, at));
    }

    public void Live(WsmqLiveMessage message) => live.Add(message);

    public void Stalled(string source, string position)
    {
        if (WsmqAddress.TryParse(source, out var address, out _) && WsmqPosition.TryParse(position, out var at))
            events.RaiseStalled(new WsmqStalledEventArgs(address, at));
        else
            events.RaiseError(WsmqClientOperation.Protocol, new FormatException($"A stall has a malformed source or position: {source}, {position}."));
    }

    public void DeadLettered(string source, string position, int attempts)
    {
        if (!WsmqAddress.TryParse(source, out var address, out _) || !WsmqPosition.TryParse(position, out var at))
        {
            events.RaiseError(
                WsmqClientOperation.Protocol, new FormatException($"A dead letter has a malformed source or position: {source}, {position}."));
            return;
        }

        // The server reports a dead letter again for a nack that was already in flight.
        if (sources.Of(address).DeadLetter(at))
            events.RaiseDeadLettered(new WsmqDeadLetteredEventArgs(address, at, attempts));
    }

    public void StoreState(bool available) => store.Set(available);

    public void JobMany(IReadOnlyList<WsmqJobDelivery> jobs) => Workers.Give(jobs);

    // A worker here holds no job that has not begun.
    public void HandBackJobs(string queue)
    {
    }

    void ISessionReceiver.Presence(WsmqPresenceChange change) => Presence.Changed(change);

    public void JobCancelled(string queue, string position, string token) => Workers.Cancel(queue, position);

    public void Request(WsmqIncomingRequest request) => Responder.Give(request);

    public void RequestCancelled(string id) => Responder.Cancel(id);

    public void StatusChanged(IReadOnlyList<WsmqMessageStatus> changes)
    {
        foreach (var change in changes)
            events.RaiseStatusChanged(new WsmqStatusChangedEventArgs(change));
    }

    private static List<StateMessage>? MessagesOf(string source, IReadOnlyList<WsmqDelivery> deliveries)
    {
        var messages = new List<StateMessage>(deliveries.Count);
        foreach (var delivery in deliveries)
        {
            if (delivery.Source != source || !WsmqPosition.TryParse(delivery.Position, out var position))
                return null;
            messages.Add(new StateMessage(delivery, position));
        }

        return messages;
    }

    private void React(SourceState state, Arrival arrival)
    {
        if (arrival == Arrival.Missing)
            resumer.Wake();
        else if (arrival == Arrival.HandledBefore)
            acker.Repeat(state.Source);
    }
}
