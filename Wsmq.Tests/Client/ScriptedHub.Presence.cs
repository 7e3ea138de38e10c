namespace Wsmq.Tests.Client;

/// <content>Presence.</content>
public sealed partial class ScriptedHub
{
    public Task<WsmqPresenceState> WatchPresence(string address)
    {
        script.Watched.Enqueue(address);
        return script.OnWatch(address, Clients.Caller);
    }

    public Task UnwatchPresence(string address)
    {
        script.Unwatched.Enqueue(address);
        return Task.CompletedTask;
    }

    public Task SetPresence(bool away, WsmqJsonBody? data)
    {
        script.PresenceSet.Enqueue((away, data?.ToString()));
        return Task.CompletedTask;
    }

    public Task<WsmqUserPresence[]> GetPresence(string[] users) =>
        Task.FromResult(users.Select(u => new WsmqUserPresence { User = u, Status = WsmqPresenceStatus.Offline }).ToArray());
}
