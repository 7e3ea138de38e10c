using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Limits;
using Wsmq.Server.Revocation;

namespace Wsmq.Server.Sessions;

/// <summary>Decides whether a connection is accepted: the limits of its user, the state of the node, revocations and bans.</summary>
internal sealed class Admission(ConnectionLimits limits, DrainState drain, AccessWatch access, ILogger<Admission> logger)
{
    /// <summary>Occupies a slot of the user, until <see cref="Leave"/>.</summary>
    /// <exception cref="WsmqException">The user has too many connections, or opens them too fast.</exception>
    public SessionLimits Enter(WsmqCaller caller)
    {
        try
        {
            return limits.Enter(caller.UserId, caller.Principal);
        }
        catch (WsmqException e)
        {
            // At level Debug: a client that retries repeatedly must not fill the app's log.
            Log.CallRefused(logger, e.Error.Code);
            throw;
        }
    }

    public void Leave(SessionLimits entered) => limits.Leave(entered);

    /// <exception cref="WsmqException"><c>stopping</c>, <c>revoked</c>, <c>banned</c> or <c>store-unavailable</c>.</exception>
    public ValueTask CheckAsync(WsmqCaller caller, CancellationToken cancellationToken) =>
        // The endpoint refuses before the handshake; this connection was already past it.
        drain.IsRefusing ? throw new WsmqException(WsmqErrors.Stopping) : access.AdmitAsync(caller, cancellationToken);

    /// <summary>Logs that a connection was refused.</summary>
    public void Refused(string connectionId, WsmqException reason)
    {
        if (reason.Error == WsmqErrors.NoUserIdentifier)
            Log.NoUserIdentifier(logger);
        else
            Log.ConnectionRefused(logger, connectionId, reason.Error.Code);
    }
}
