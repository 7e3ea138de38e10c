namespace Wsmq;

/// <summary>Follows the connections of one run of the client, to state why something that waited for the server got no answer in time.</summary>
internal sealed class TimeoutCause(WsmqClientOptions options) : ISessionUser
{
    private volatile bool _started;
    private volatile string? _connectFailure;

    /// <summary>The detail of the error.</summary>
    public string Text
    {
        get
        {
            var after = $"after {nameof(options.SendTimeout)}, {options.SendTimeout}";
            return !_started ? $"StartAsync was not called: timed out {after}"
                : _connectFailure is { } cause ? $"no connection {after}: {cause}"
                : after;
        }
    }

    /// <summary>The client was started. Sends and calls may have waited for it.</summary>
    public void Started() => _started = true;

    public void Attach(HubSession session) => _connectFailure = null;

    public void Detach()
    {
    }

    public void ConnectFailed(string cause) => _connectFailure = cause;
}
